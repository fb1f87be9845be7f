<?php

declare(strict_types=1);

/*
 * A site with one exam behind a check, and the address for webhooks. To try it:
 *   LMS_ORIGIN=http://127.0.0.1:4002 MOTP_URL=… MOTP_API_KEY=… php -S 127.0.0.1:4002 examples/php/index.php
 */

require_once __DIR__ . '/motp.php';

$motp = new MotpSettings(
    url: (string) getenv('MOTP_URL'),
    apiKey: (string) getenv('MOTP_API_KEY'),
    institution: (string) getenv('MOTP_INSTITUTION'),
    keysFile: (string) getenv('MOTP_KEYS_FILE'),
    issuer: getenv('MOTP_ISSUER') ?: null,
    allowDemo: getenv('MOTP_ALLOW_DEMO') === 'yes',
);
session_start(['cookie_httponly' => true, 'cookie_samesite' => 'Lax', 'use_strict_mode' => true]);
// Your own sign-in stands here.
$_SESSION['user'] ??= ['id' => 'trainee-17', 'name' => '홍길동', 'phone' => '010-1234-5678'];

try {
    $routes = ['GET /exam' => exam(...), 'POST /motp/webhook' => webhook(...)];
    $route = $_SERVER['REQUEST_METHOD'] . ' ' . parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
    isset($routes[$route]) ? $routes[$route]($motp) : page(404, '없는 주소입니다.');
} catch (MotpException $refused) {
    error_log("motp: $refused->problem"); // for you; the learner hears what to do
    page(503, '지금은 본인인증을 할 수 없습니다. 잠시 후 다시 시도해 주세요.');
}

// The twenty lines.
function exam(MotpSettings $motp): void
{
    $user = $_SESSION['user'];
    $check = $_SESSION['check'] ?? null;
    if ($check !== null && ($_GET['motp_check'] ?? '') === $check) {
        $receipt = get_check($motp, $check)['receipt'] ?? null;
        if ($receipt !== null) {
            verify_receipt($motp, $receipt, $user['id'], $check);
            unset($_SESSION['check']); // one receipt opens one exam
            $_SESSION['exam'] = true;
        }
    }
    if (isset($_SESSION['exam'])) {
        page(200, '시험 문제');
        return;
    }
    $reply = require_check($motp, [
        'learner' => $user,
        'course' => ['id' => 'safety-101', 'title' => '산업안전보건'],
        'occasion' => ['kind' => 'exam', 'number' => 1],
        'returnUrl' => getenv('LMS_ORIGIN') . '/exam',
    ]);
    $_SESSION['check'] = $reply['id'] ?? null;
    match ($reply['status']) {
        'open' => page(200, '시험을 보려면 본인인증이 필요합니다.', $reply['url']),
        'passed' => excused($motp, $reply),
        'not-required' => page(200, '시험 문제'),
        'blocked' => page(403, '지금은 시험을 볼 수 없습니다. 가능한 시각: ' . $reply['until']),
    };
}

function excused(MotpSettings $motp, array $reply): void
{
    verify_receipt($motp, $reply['receipt'], $_SESSION['user']['id'], $reply['id']);
    unset($_SESSION['check']);
    $_SESSION['exam'] = true;
    page(200, '시험 문제');
}

function webhook(): void
{
    try {
        $body = (string) file_get_contents('php://input');
        $event = verify_webhook(getallheaders(), $body, (string) getenv('MOTP_WEBHOOK_SECRET'));
        error_log('motp: ' . $event['type']); // keep webhook-id, act once, answer within seconds
        http_response_code(204);
    } catch (MotpException) {
        http_response_code(400);
    }
}

function page(int $status, string $text, ?string $link = null): void
{
    http_response_code($status);
    header('Content-Type: text/html; charset=utf-8');
    header('Cache-Control: no-store');
    $button = $link === null ? '' : '<p><a href="' . htmlspecialchars($link) . '">본인인증 하기</a></p>';
    echo '<!doctype html><html lang="ko"><title>시험</title><p>' . htmlspecialchars($text) . "</p>$button</html>\n";
}
