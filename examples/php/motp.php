<?php

declare(strict_types=1);

/*
 * What an LMS in PHP needs of mOTP, in one file to copy: ask for a check, believe its receipt, believe a webhook.
 * PHP 8.1 or later with ext-openssl and allow_url_fopen; no Composer package. docs/guides/integrate-php.md
 */

/** Where the mOTP server is and who asks. Make one from your configuration, never from a request. */
final class MotpSettings
{
    /** The server's public address without a slash at the end: what receipts name as `iss`. */
    public readonly string $issuer;

    /**
     * @param string $url address of the mOTP server as this machine reaches it: `https://motp.example`
     * @param string $apiKey the institution's API key; it stays on the server
     * @param string $institution the institution's id, which receipts name as `aud`
     * @param string $keysFile where the server's public keys are kept between requests; a folder that only this
     *   site may write to, and not one the web server hands out: who can write it can make receipts
     * @param string|null $issuer the server's public URL, when `$url` is an internal one
     * @param bool $allowDemo believe a demonstration server too; for trying things out only
     * @param float $timeout longest wait for one answer, in seconds
     * @param Closure|null $now the clock, in epoch seconds
     */
    public function __construct(
        public readonly string $url,
        #[SensitiveParameter] public readonly string $apiKey,
        public readonly string $institution,
        public readonly string $keysFile,
        ?string $issuer = null,
        public readonly bool $allowDemo = false,
        public readonly float $timeout = 10.0,
        private readonly ?Closure $now = null,
    ) {
        // A line end would begin another header.
        if (preg_match('/\A[!-~]+\z/', $apiKey) !== 1) {
            throw new InvalidArgumentException('The API key holds a blank or a line end.');
        }
        $this->issuer = rtrim($issuer ?? $url, '/');
    }

    public function now(): float
    {
        return $this->now === null ? microtime(true) : (float) ($this->now)();
    }

    /** A dumped object shows no key. */
    public function __debugInfo(): array
    {
        return ['url' => $this->url, 'institution' => $this->institution];
    }
}

/**
 * Something that must open nothing. `problem` is stable and made for deciding and for logs, not for learners;
 * no message repeats a key, a name, a number or a receipt.
 *
 * Of the server: the `code` of its problem (RFC 9457), or `unreachable`, `timeout` (status 0: whether it acted is
 * unknown, so repeat with the same idempotency key), `unexpected-reply`.
 * Of a receipt: `malformed`, `tampered`, `unknown-key`, `keys-unavailable`, `keys-expired`, `wrong-issuer`,
 * `wrong-audience`, `wrong-check`, `wrong-learner`, `too-old`, `from-the-future`, `demo-refused`.
 * Of a webhook: `malformed`, `tampered`, `too-old`, `from-the-future`.
 */
final class MotpException extends RuntimeException
{
    /** @param int|null $retryAfter seconds to wait */
    public function __construct(
        public readonly string $problem,
        string $detail,
        public readonly int $status = 0,
        public readonly ?int $retryAfter = null,
    ) {
        parent::__construct("$problem: $detail");
    }
}

const MOTP_REPLIES = [
    'open' => ['id', 'url', 'expiresAt'],
    'passed' => ['id', 'method', 'receipt'],
    'not-required' => ['because'],
    'blocked' => ['because', 'until'],
];

/**
 * Asks whether a learner must be checked now (`POST /v1/checks`). The reply's `status` is one of
 *   open          `id`, `url`, `expiresAt`, `reasons`: keep the id in the session, bring the learner to the url
 *   passed        `id`, `method`, `receipt`: excused during an outage; verify the receipt with this id
 *   not-required  `because`, `nextDue`: let the learner in
 *   blocked       `because`, `until`: let nobody in
 *
 * @param array<string, mixed> $request `learner`, `course`, `occasion` and what else the protocol allows
 * @param string|null $idempotencyKey 1 to 64 printable characters: a repeated request gets the same answer
 * @return array<string, mixed>
 * @throws MotpException let nobody in then
 */
function require_check(MotpSettings $motp, array $request, ?string $idempotencyKey = null): array
{
    $headers = $idempotencyKey === null ? [] : ["idempotency-key: $idempotencyKey"];
    if ($idempotencyKey !== null && preg_match('/\A[\x20-\x7e]{1,64}\z/', $idempotencyKey) !== 1) {
        throw new InvalidArgumentException('An idempotency key is 1 to 64 printable characters.');
    }
    $reply = motp_call($motp, 'POST', '/v1/checks', $headers, $request);
    $texts = is_string($reply['status'] ?? null) ? MOTP_REPLIES[$reply['status']] ?? null : null;
    if ($texts === null || !motp_has_texts($reply, $texts)) {
        throw new MotpException('unexpected-reply', 'The server answered in no known shape.', 200);
    }
    return $reply;
}

/**
 * Asks how a check stands (`GET /v1/checks/{id}`), after the learner came back: `status` is open, passed (then with
 * `receipt`) or expired. Take the id from the session.
 *
 * @return array<string, mixed>
 * @throws MotpException with `check-unknown` for an id that is not this institution's
 */
function get_check(MotpSettings $motp, string $check): array
{
    $reply = motp_call($motp, 'GET', '/v1/checks/' . rawurlencode($check));
    $known = in_array($reply['status'] ?? null, ['open', 'passed', 'expired'], true);
    if (!$known || ($reply['id'] ?? null) !== $check) {
        throw new MotpException('unexpected-reply', 'The server answered in no known shape.', 200);
    }
    return $reply;
}

/**
 * Decides whether a receipt opens something now: signed by the mOTP server, for this institution, this check and this
 * learner, at most ten minutes ago. Both ids come from your own session, never from the browser; forget the check's id
 * when it has opened what it was for.
 *
 * @return array<string, mixed> the claims
 * @throws MotpException nothing may open then
 */
function verify_receipt(MotpSettings $motp, string $receipt, string $learner, string $check): array
{
    [$header, $claims, $signature, $signed] = motp_open_jws($receipt);
    // Pinned, not taken from the receipt: RFC 8725 §3.1 and §3.11. Nobody here understands `crit` (RFC 7515 §4.1.11).
    $typed = ($header['alg'] ?? null) === 'ES256' && ($header['typ'] ?? null) === 'motp-receipt+jwt';
    if (!$typed || !is_string($header['kid'] ?? null) || array_key_exists('crit', $header)) {
        throw motp_malformed();
    }
    $key = motp_find_key($motp, $header['kid']);
    if (openssl_verify($signed, motp_der_signature($signature), $key, OPENSSL_ALGO_SHA256) !== 1) {
        throw new MotpException('tampered', 'The signature does not fit the receipt.');
    }
    if (!motp_has_texts($claims, ['iss', 'aud', 'sub', 'jti', 'method']) || !is_int($claims['iat'] ?? null)) {
        throw motp_malformed();
    }
    $age = $motp->now() - $claims['iat'];
    $refusals = [
        'wrong-issuer' => [$claims['iss'] !== $motp->issuer, 'Another server made the receipt.'],
        'wrong-audience' => [$claims['aud'] !== $motp->institution, 'The receipt is for another institution.'],
        'wrong-check' => [$claims['jti'] !== $check, 'The receipt is for another check.'],
        'wrong-learner' => [$claims['sub'] !== $learner, 'The receipt is for another learner.'],
        'demo-refused' => [
            ($claims['demo'] ?? false) !== false && !$motp->allowDemo,
            'A demonstration made the receipt.',
        ],
        'from-the-future' => [$age < -60, 'The receipt was made after now: a clock is wrong.'],
        'too-old' => [$age > 600, 'The check was passed more than ten minutes ago.'],
    ];
    motp_refuse($refusals);
    return $claims;
}

/**
 * Decides whether a webhook is the mOTP server's (Standard Webhooks: HMAC-SHA-256, five minutes either way). The same
 * event may come again: remember `webhook-id` and act once.
 *
 * @param array<string, string> $headers of the request, in any case; `getallheaders()` gives them
 * @param string $body as it came: `file_get_contents('php://input')`, not parsed and written again
 * @param string $secret `whsec_…`
 * @param int|null $now the clock, in epoch seconds
 * @return array<string, mixed> the event: `type`, `timestamp`, `data`
 * @throws MotpException answer 400 then and do nothing
 */
function verify_webhook(array $headers, string $body, #[SensitiveParameter] string $secret, ?int $now = null): array
{
    $key = base64_decode(preg_replace('/\Awhsec_/', '', $secret) ?? '', true);
    if ($key === false || $key === '') {
        throw new InvalidArgumentException('The webhook secret is whsec_ and base64.');
    }
    $headers = array_change_key_case($headers);
    [$id, $at, $signatures] = array_map(
        fn (string $name): string => $headers["webhook-$name"] ?? '',
        ['id', 'timestamp', 'signature'],
    );
    if ($id === '' || $signatures === '' || preg_match('/\A[0-9]{1,12}\z/', $at) !== 1) {
        throw new MotpException('malformed', 'The webhook lacks its headers.');
    }
    $expected = base64_encode(hash_hmac('sha256', "$id.$at.$body", $key, true));
    // Several while the secret is being changed: one that fits is enough.
    $fitting = array_filter(explode(' ', $signatures), fn (string $each): bool => hash_equals("v1,$expected", $each));
    $age = ($now ?? time()) - (int) $at;
    motp_refuse([
        'tampered' => [$fitting === [], 'No signature fits the webhook.'],
        'from-the-future' => [$age < -300, 'The webhook was sent after now: a clock is wrong.'],
        'too-old' => [$age > 300, 'The webhook was sent more than five minutes ago.'],
    ]);
    $event = motp_json_object($body);
    if ($event === null || !is_string($event['type'] ?? null)) {
        throw new MotpException('malformed', 'The webhook is no event.');
    }
    return $event;
}

// ---- what follows is called by the functions above only

/** @param array<string, array{bool, string}> $refusals by code; the first that applies answers */
function motp_refuse(array $refusals): void
{
    foreach ($refusals as $problem => [$applies, $detail]) {
        if ($applies) {
            throw new MotpException($problem, $detail);
        }
    }
}

function motp_malformed(): MotpException
{
    return new MotpException('malformed', 'This is not a receipt.');
}

/** @param list<string> $names */
function motp_has_texts(array $fields, array $names): bool
{
    return array_filter($names, fn (string $name): bool => !is_string($fields[$name] ?? null)) === [];
}

/** @return array<string, mixed>|null */
function motp_json_object(string $text): ?array
{
    $value = json_decode($text, true, 32);
    return is_array($value) && str_starts_with(ltrim($text), '{') ? $value : null;
}

/** A compact JWS taken apart, nothing believed yet (RFC 7515 §5.2). */
function motp_open_jws(string $jws): array
{
    $parts = explode('.', $jws);
    $bytes = array_map('motp_base64url', $parts);
    if (count($parts) !== 3 || in_array(null, $bytes, true) || strlen($bytes[2]) !== 64) {
        throw motp_malformed();
    }
    [$header, $claims] = [motp_json_object($bytes[0]), motp_json_object($bytes[1])];
    if ($header === null || $claims === null) {
        throw motp_malformed();
    }
    return [$header, $claims, $bytes[2], "$parts[0].$parts[1]"];
}

/** Strict: what decodes to the same bytes but is written otherwise is refused. */
function motp_base64url(string $text): ?string
{
    $bytes = base64_decode(strtr($text, '-_', '+/'), true);
    return $bytes !== false && rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=') === $text ? $bytes : null;
}

/** A JWS carries R and S, 32 bytes each (RFC 7518 §3.4); OpenSSL wants two ASN.1 integers, shortest and unsigned. */
function motp_der_signature(string $raw): string
{
    $integers = '';
    foreach (str_split($raw, 32) as $number) {
        $number = ltrim($number, "\0");
        $number = $number === '' || ord($number[0]) >= 0x80 ? "\0$number" : $number;
        $integers .= "\x02" . chr(strlen($number)) . $number;
    }
    return "\x30" . chr(strlen($integers)) . $integers;
}

const MOTP_KEYS_PATH = '/.well-known/jwks.json';
const MOTP_KEYS_SERVE = 24 * 3600;
const MOTP_KEYS_COOLDOWN = 30;

/**
 * The public key that a receipt names. Fetched keys serve for a day, also while the server cannot be reached; they are
 * renewed after half of it, and for an unknown key at most every 30 s, so that invented ones cost nothing.
 */
function motp_find_key(MotpSettings $motp, string $kid): OpenSSLAsymmetricKey
{
    $held = motp_held_keys($motp);
    $age = $motp->now() - $held['fetchedAt'];
    $cooling = $motp->now() - $held['triedAt'] < MOTP_KEYS_COOLDOWN;
    $served = $age <= MOTP_KEYS_SERVE;
    $due = $age > MOTP_KEYS_SERVE / 2 || !isset($held['keys'][$kid]);
    if ($due && !($cooling && $served)) {
        $held = motp_fetch_keys($motp, $held);
        $served = $motp->now() - $held['fetchedAt'] <= MOTP_KEYS_SERVE;
    }
    motp_refuse([
        'keys-unavailable' => [$held['fetchedAt'] === 0, 'No key set could be had.'],
        'keys-expired' => [!$served, 'The key set is too old and no newer one could be had.'],
        'unknown-key' => [!isset($held['keys'][$kid]), 'The server publishes no such key.'],
    ]);
    $key = openssl_pkey_get_public($held['keys'][$kid]);
    return $key !== false ? $key : throw new MotpException('unknown-key', 'The key cannot be used.');
}

/** @return array{url: string, fetchedAt: int, triedAt: int, keys: array<string, string>} keys: PEM by id */
function motp_held_keys(MotpSettings $motp): array
{
    $held = is_file($motp->keysFile) ? motp_json_object((string) @file_get_contents($motp->keysFile)) : null;
    $times = is_int($held['fetchedAt'] ?? null) && is_int($held['triedAt'] ?? null);
    $fits = $times && ($held['url'] ?? null) === $motp->url && is_array($held['keys'] ?? null);
    return $fits ? $held : ['url' => $motp->url, 'fetchedAt' => 0, 'triedAt' => 0, 'keys' => []];
}

function motp_fetch_keys(MotpSettings $motp, array $held): array
{
    $now = (int) $motp->now();
    $held['triedAt'] = $now;
    try {
        $keys = motp_call($motp, 'GET', MOTP_KEYS_PATH)['keys'] ?? null;
    } catch (MotpException) {
        $keys = null;
    }
    if (is_array($keys)) {
        $pems = array_map('motp_pem', $keys);
        $held = ['fetchedAt' => $now, 'keys' => array_column(array_filter($pems), 'pem', 'kid')] + $held;
    }
    // Whole or not at all: other requests read the file meanwhile.
    $fresh = $motp->keysFile . '.' . bin2hex(random_bytes(6));
    if (@file_put_contents($fresh, json_encode((object) $held)) === false || !@rename($fresh, $motp->keysFile)) {
        throw new RuntimeException('The file for the mOTP server\'s keys cannot be written.');
    }
    return $held;
}

/** A P-256 JWK as PEM: RFC 5480 §2 says what stands before the point. Null for any other key. */
function motp_pem(mixed $jwk): ?array
{
    $fits = is_array($jwk) && motp_has_texts($jwk, ['kid', 'x', 'y']);
    if (!$fits || ($jwk['kty'] ?? null) !== 'EC' || ($jwk['crv'] ?? null) !== 'P-256') {
        return null;
    }
    $point = motp_base64url($jwk['x']) . motp_base64url($jwk['y']);
    $der = hex2bin('3059301306072a8648ce3d020106082a8648ce3d03010703420004') . $point;
    $pem = "-----BEGIN PUBLIC KEY-----\n" . chunk_split(base64_encode($der), 64, "\n") . "-----END PUBLIC KEY-----\n";
    return strlen($point) === 64 ? ['kid' => $jwk['kid'], 'pem' => $pem] : null;
}

/**
 * One request; all but the public keys want the API key.
 *
 * @return array<string, mixed> the JSON of a successful answer
 */
function motp_call(MotpSettings $motp, string $method, string $path, array $headers = [], ?array $body = null): array
{
    $headers[] = 'accept: application/json, application/problem+json';
    if ($path !== MOTP_KEYS_PATH) {
        $headers[] = "authorization: Bearer $motp->apiKey";
    }
    $http = ['method' => $method, 'timeout' => $motp->timeout, 'ignore_errors' => true];
    // A redirect would carry the API key elsewhere.
    $http += ['follow_location' => 0, 'protocol_version' => 1.1];
    if ($body !== null) {
        $headers[] = 'content-type: application/json';
        $http['content'] = json_encode($body, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE);
    }
    $headers[] = 'connection: close';
    [$status, $text, $retryAfter] = motp_send(rtrim($motp->url, '/') . $path, $http + ['header' => $headers]);
    $reply = motp_json_object($text);
    if ($status >= 200 && $status < 300 && $reply !== null) {
        return $reply;
    }
    $known = $status >= 400 && motp_has_texts($reply ?? [], ['code', 'detail']);
    $problem = $known ? [$reply['code'], $reply['detail']] : ['unexpected-reply', "The server answered $status."];
    throw new MotpException($problem[0], $problem[1], $status, $retryAfter);
}

/** @return array{int, string, int|null} status, body, Retry-After in seconds */
function motp_send(string $url, array $http): array
{
    $deadline = microtime(true) + $http['timeout'];
    $stream = @fopen($url, 'rb', false, stream_context_create(['http' => $http]));
    $text = '';
    while ($stream !== false && !feof($stream) && microtime(true) < $deadline && strlen($text) < 1 << 20) {
        $text .= fread($stream, 65536);
    }
    if (microtime(true) >= $deadline) {
        throw new MotpException('timeout', 'The mOTP server did not answer in time.');
    }
    if ($stream === false) {
        throw new MotpException('unreachable', 'The mOTP server cannot be reached.');
    }
    $lines = implode("\n", stream_get_meta_data($stream)['wrapper_data']);
    $status = preg_match('/\AHTTP\/\S+ (\d{3})/', $lines, $found) === 1 ? (int) $found[1] : 0;
    $wait = preg_match('/^retry-after: *(\d+)\s*$/mi', $lines, $found) === 1 ? (int) $found[1] : null;
    return [$status, $text, $wait];
}
