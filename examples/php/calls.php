<?php

declare(strict_types=1);

/*
 * The functions of motp.php from the command line, one call per line of JSON, one answer per line:
 *   {"call":"requireCheck","settings":{…},"request":{…}} → {"returned":{…}} or {"problem":"…","message":"…"}
 * The tests drive the example by it; settings come with each call.
 */

require_once __DIR__ . '/motp.php';

function call(array $line): array
{
    $motp = new MotpSettings(
        ...$line['settings'],
        now: isset($line['now']) ? fn (): float => (float) $line['now'] : null,
    );
    return match ($line['call']) {
        'requireCheck' => require_check($motp, $line['request'], $line['idempotencyKey'] ?? null),
        'getCheck' => get_check($motp, $line['check']),
        'verifyReceipt' => verify_receipt($motp, $line['receipt'], $line['learner'], $line['check']),
        'verifyWebhook' => verify_webhook($line['headers'], $line['body'], $line['secret'], $line['now'] ?? null),
    };
}

while (($line = fgets(STDIN)) !== false) {
    try {
        $answer = ['returned' => call(json_decode($line, true, 32, JSON_THROW_ON_ERROR))];
    } catch (MotpException $refused) {
        $answer = ['problem' => $refused->problem, 'message' => "$refused"];
        $answer += ['status' => $refused->status, 'retryAfter' => $refused->retryAfter];
    }
    echo json_encode($answer, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE), "\n";
}
