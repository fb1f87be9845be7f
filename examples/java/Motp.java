import java.math.BigInteger;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What an LMS in Java needs of mOTP: ask for a check, believe its receipt, believe a webhook. JDK 17, no dependency.
 * Make one and use it for every request, from any thread: it keeps the server's keys. docs/guides/integrate-java.md
 */
public final class Motp {
  /**
   * @param url address of the mOTP server as this machine reaches it: {@code https://motp.example}
   * @param issuer the server's public URL, which receipts name as {@code iss}; mostly the same
   * @param apiKey the institution's API key; it stays on the server
   * @param institution the institution's id, which receipts name as {@code aud}
   * @param allowDemo believe a demonstration server too; for trying things out only
   * @param timeout longest wait for one answer
   */
  public record Settings(
      String url, String issuer, String apiKey, String institution, boolean allowDemo, Duration timeout) {
    public Settings {
      // Said here: java.net.http would quote the key when it refuses it.
      if (!apiKey.matches("[!-~]+")) throw new IllegalArgumentException("The API key holds a blank or a line end.");
    }

    /** A printed record shows no key. */
    @Override
    public String toString() {
      return "Motp.Settings[" + url + ", " + institution + "]";
    }
  }

  /** What the server answers to the question whether a learner must be checked now. */
  public sealed interface Answer permits Open, Passed, NotRequired, Blocked {}

  /** Keep the id in the session and bring the learner to the url, until {@code expiresAt}. */
  public record Open(String id, String url, String expiresAt, List<?> reasons) implements Answer {}

  /** Excused during an outage: verify the receipt with this id. */
  public record Passed(String id, String method, String receipt) implements Answer {}

  /** Let the learner in. @param nextDue {@code kind} and {@code number}, or null */
  public record NotRequired(String because, Map<?, ?> nextDue) implements Answer {}

  /** Let nobody in before {@code until}. */
  public record Blocked(String because, String until) implements Answer {}

  /** How a check stands. @param receipt null unless {@code status} is {@code passed} */
  public record Check(String id, String status, String receipt) {}

  /**
   * Something that must open nothing. {@link #code} is stable and made for deciding and for logs, not for learners; no
   * message repeats a key, a name, a number or a receipt.
   *
   * <p>Of the server: the {@code code} of its problem (RFC 9457), or {@code unreachable}, {@code timeout} (status 0:
   * whether it acted is unknown, so repeat with the same idempotency key), {@code unexpected-reply}. Of a receipt:
   * {@code malformed, tampered, unknown-key, keys-unavailable, keys-expired, wrong-issuer, wrong-audience, wrong-check,
   * wrong-learner, too-old, from-the-future, demo-refused}. Of a webhook: {@code malformed, tampered, too-old,
   * from-the-future}.
   */
  public static final class Problem extends Exception {
    public final String code;
    public final int status;
    /** Seconds to wait, or null. */
    public final Long retryAfter;

    Problem(String code, String detail, int status, Long retryAfter) {
      super(code + ": " + detail);
      this.code = code;
      this.status = status;
      this.retryAfter = retryAfter;
    }

    Problem(String code, String detail) {
      this(code, detail, 0, null);
    }
  }

  private static final String KEYS_PATH = "/.well-known/jwks.json";
  private static final long KEYS_SERVE_SECONDS = 24 * 3600;
  private static final long KEYS_COOLDOWN_SECONDS = 30;

  private final Settings settings;
  private final Clock clock;
  private final HttpClient http;
  private Map<String, PublicKey> keys;
  private long keysFetchedAt;
  private long keysTriedAt = Long.MIN_VALUE / 2;

  public Motp(Settings settings) {
    this(settings, Clock.systemUTC());
  }

  Motp(Settings settings, Clock clock) {
    this.settings = settings;
    this.clock = clock;
    // A redirect would carry the API key elsewhere.
    HttpClient.Builder client = HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER);
    this.http = client.version(HttpClient.Version.HTTP_1_1).build();
  }

  /**
   * Asks whether a learner must be checked now ({@code POST /v1/checks}).
   *
   * @param request {@code learner}, {@code course}, {@code occasion} and what else the protocol allows: maps and strings
   * @param idempotencyKey 1 to 64 printable characters, so that a repeated request gets the same answer; or null
   * @throws Problem let nobody in then
   */
  public Answer requireCheck(Map<String, ?> request, String idempotencyKey) throws Problem, InterruptedException {
    Map<String, Object> reply = call("/v1/checks", Json.write(request), idempotencyKey);
    return switch (text(reply, "status")) {
      case "open" -> new Open(
          text(reply, "id"), text(reply, "url"), text(reply, "expiresAt"), field(reply, "reasons", List.class));
      case "passed" -> new Passed(text(reply, "id"), text(reply, "method"), text(reply, "receipt"));
      case "not-required" -> new NotRequired(
          text(reply, "because"), reply.get("nextDue") == null ? null : field(reply, "nextDue", Map.class));
      case "blocked" -> new Blocked(text(reply, "because"), text(reply, "until"));
      default -> throw unexpectedReply(200);
    };
  }

  /**
   * Asks how a check stands ({@code GET /v1/checks/{id}}), after the learner came back. Take the id from the session.
   *
   * @throws Problem with {@code check-unknown} for an id that is not this institution's
   */
  public Check getCheck(String check) throws Problem, InterruptedException {
    String id = URLEncoder.encode(check, StandardCharsets.UTF_8).replace("+", "%20");
    Map<String, Object> reply = call("/v1/checks/" + id, null, null);
    String status = text(reply, "status");
    if (!List.of("open", "passed", "expired").contains(status) || !text(reply, "id").equals(check)) {
      throw unexpectedReply(200);
    }
    return new Check(check, status, reply.containsKey("receipt") ? text(reply, "receipt") : null);
  }

  /**
   * Decides whether a receipt opens something now: signed by the mOTP server, for this institution, this check and this
   * learner, at most ten minutes ago. Both ids come from your own session, never from the browser; forget the check's id
   * when it has opened what it was for.
   *
   * @return the claims
   * @throws Problem nothing may open then
   */
  public Map<String, Object> verifyReceipt(String receipt, String learner, String check)
      throws Problem, InterruptedException {
    String[] parts = receipt.split("\\.", -1);
    if (parts.length != 3) throw malformed();
    Map<String, Object> header = object(parts[0]);
    // Pinned, not taken from the receipt: RFC 8725 §3.1 and §3.11. Nobody here understands `crit` (RFC 7515 §4.1.11).
    boolean typed = "ES256".equals(header.get("alg")) && "motp-receipt+jwt".equals(header.get("typ"));
    if (!typed || !(header.get("kid") instanceof String kid) || header.containsKey("crit")) throw malformed();
    byte[] signature = bytes(parts[2]);
    if (signature.length != 64) throw malformed();
    PublicKey key = findKey(kid);
    refuseIf(!fits(key, parts[0] + "." + parts[1], signature), "tampered", "The signature does not fit the receipt.");
    Map<String, Object> claims = object(parts[1]);
    for (String name : List.of("iss", "aud", "sub", "jti", "method")) {
      if (!(claims.get(name) instanceof String)) throw malformed();
    }
    if (!(claims.get("iat") instanceof Long passedAt)) throw malformed();
    boolean demo = claims.containsKey("demo") && !Boolean.FALSE.equals(claims.get("demo"));
    long age = clock.instant().getEpochSecond() - passedAt;
    String issuer = settings.issuer().replaceAll("/$", "");
    refuseIf(!claims.get("iss").equals(issuer), "wrong-issuer", "Another server made the receipt.");
    refuseIf(!claims.get("aud").equals(settings.institution()), "wrong-audience", "It is for another institution.");
    refuseIf(!claims.get("jti").equals(check), "wrong-check", "The receipt is for another check.");
    refuseIf(!claims.get("sub").equals(learner), "wrong-learner", "The receipt is for another learner.");
    refuseIf(demo && !settings.allowDemo(), "demo-refused", "A demonstration made the receipt.");
    refuseIf(age < -60, "from-the-future", "The receipt was made after now: a clock is wrong.");
    refuseIf(age > 600, "too-old", "The check was passed more than ten minutes ago.");
    return claims;
  }

  /**
   * Decides whether a webhook is the mOTP server's (Standard Webhooks: HMAC-SHA-256, five minutes either way). The same
   * event may come again: remember {@code webhook-id} and act once.
   *
   * @param header gives the request's header of a name, or null
   * @param body as it came, not parsed and written again
   * @param secret {@code whsec_…}
   * @return the event: {@code type}, {@code timestamp}, {@code data}
   * @throws Problem answer 400 then and do nothing
   */
  public static Map<String, Object> verifyWebhook(UnaryOperator<String> header, byte[] body, String secret, Clock clock)
      throws Problem {
    String id = header.apply("webhook-id");
    String at = header.apply("webhook-timestamp");
    String signatures = header.apply("webhook-signature");
    boolean complete = id != null && !id.isEmpty() && at != null && at.matches("[0-9]{1,12}") && signatures != null;
    refuseIf(!complete, "malformed", "The webhook lacks its headers.");
    byte[] mac = hmac(secret, (id + "." + at + ".").getBytes(StandardCharsets.UTF_8), body);
    byte[] expected = ("v1," + Base64.getEncoder().encodeToString(mac)).getBytes(StandardCharsets.UTF_8);
    // Several while the secret is being changed: one that fits is enough.
    boolean fits = Arrays.stream(signatures.split(" "))
        .anyMatch(each -> MessageDigest.isEqual(expected, each.getBytes(StandardCharsets.UTF_8)));
    long age = clock.instant().getEpochSecond() - Long.parseLong(at);
    refuseIf(!fits, "tampered", "No signature fits the webhook.");
    refuseIf(age < -300, "from-the-future", "The webhook was sent after now: a clock is wrong.");
    refuseIf(age > 300, "too-old", "The webhook was sent more than five minutes ago.");
    Map<String, Object> event = Json.readObject(new String(body, StandardCharsets.UTF_8));
    refuseIf(event == null || !(event.get("type") instanceof String), "malformed", "The webhook is no event.");
    return event;
  }

  private static byte[] hmac(String secret, byte[] first, byte[] second) {
    try {
      byte[] key = Base64.getDecoder().decode(secret.replaceFirst("^whsec_", ""));
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      mac.update(first);
      return mac.doFinal(second);
    } catch (IllegalArgumentException | GeneralSecurityException unusable) {
      throw new IllegalArgumentException("The webhook secret is whsec_ and base64."); // without a cause: it quotes
    }
  }

  /**
   * The format is R and S, as a JWS carries them (RFC 7518 §3.4), so nothing is rewritten to ASN.1. JDK 17 before 17.0.3
   * takes zeros for a signature of anything (CVE-2022-21449): their range is checked here.
   */
  private static boolean fits(PublicKey key, String signed, byte[] signature) {
    try {
      BigInteger order = p256().getOrder();
      for (int from : new int[] {0, 32}) {
        BigInteger number = new BigInteger(1, signature, from, 32);
        if (number.signum() == 0 || number.compareTo(order) >= 0) return false;
      }
      Signature verifier = Signature.getInstance("SHA256withECDSAinP1363Format");
      verifier.initVerify(key);
      verifier.update(signed.getBytes(StandardCharsets.US_ASCII));
      return verifier.verify(signature);
    } catch (GeneralSecurityException unverifiable) {
      return false;
    }
  }

  /**
   * The public key that a receipt names. Fetched keys serve for a day, also while the server cannot be reached; they are
   * renewed after half of it, and for an unknown key at most every 30 s, so that invented ones cost nothing.
   */
  private synchronized PublicKey findKey(String kid) throws Problem, InterruptedException {
    long now = clock.instant().getEpochSecond();
    boolean served = keys != null && now - keysFetchedAt <= KEYS_SERVE_SECONDS;
    boolean cooling = now - keysTriedAt < KEYS_COOLDOWN_SECONDS;
    boolean due = !served || now - keysFetchedAt > KEYS_SERVE_SECONDS / 2 || !keys.containsKey(kid);
    if (due && !(cooling && served)) served = fetchKeys(now) || served;
    refuseIf(keys == null, "keys-unavailable", "No key set could be had.");
    refuseIf(!served, "keys-expired", "The key set is too old and no newer one could be had.");
    PublicKey key = keys.get(kid);
    refuseIf(key == null, "unknown-key", "The server publishes no such key.");
    return key;
  }

  private boolean fetchKeys(long now) throws InterruptedException {
    keysTriedAt = now;
    try {
      Map<String, PublicKey> fetched = new HashMap<>();
      for (Object each : field(call(KEYS_PATH, null, null), "keys", List.class)) {
        if (each instanceof Map<?, ?> jwk && jwk.get("kid") instanceof String kid) {
          PublicKey key = publicKey(jwk);
          if (key != null) fetched.put(kid, key);
        }
      }
      keys = fetched;
      keysFetchedAt = now;
      return true;
    } catch (Problem unavailable) {
      return false;
    }
  }

  /** @return null for anything but a P-256 key */
  private static PublicKey publicKey(Map<?, ?> jwk) {
    if (!"EC".equals(jwk.get("kty")) || !"P-256".equals(jwk.get("crv"))) return null;
    if (!(jwk.get("x") instanceof String x) || !(jwk.get("y") instanceof String y)) return null;
    try {
      ECPoint point = new ECPoint(new BigInteger(1, bytes(x)), new BigInteger(1, bytes(y)));
      return KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(point, p256()));
    } catch (GeneralSecurityException | Problem unusable) {
      return null;
    }
  }

  private static ECParameterSpec p256() throws GeneralSecurityException {
    AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
    parameters.init(new ECGenParameterSpec("secp256r1"));
    return parameters.getParameterSpec(ECParameterSpec.class);
  }

  /** One request; all but the public keys want the API key. @param body null for a GET */
  private Map<String, Object> call(String path, String body, String idempotencyKey)
      throws Problem, InterruptedException {
    URI address = URI.create(settings.url().replaceAll("/$", "") + path);
    HttpRequest.Builder request = HttpRequest.newBuilder(address);
    request.header("accept", "application/json, application/problem+json");
    if (!path.equals(KEYS_PATH)) request.header("authorization", "Bearer " + settings.apiKey());
    if (idempotencyKey != null) request.header("idempotency-key", idempotencyKey);
    if (body != null) {
      request.header("content-type", "application/json").POST(HttpRequest.BodyPublishers.ofString(body));
    }
    HttpResponse<String> reply = send(request.build());
    Map<String, Object> json = Json.readObject(reply.body());
    int status = reply.statusCode();
    if (status >= 200 && status < 300 && json != null) return json;
    if (status < 400 || json == null) throw unexpectedReply(status);
    if (!(json.get("code") instanceof String code) || !(json.get("detail") instanceof String detail)) {
      throw unexpectedReply(status);
    }
    String wait = reply.headers().firstValue("retry-after").filter(it -> it.matches("[0-9]{1,9}")).orElse(null);
    throw new Problem(code, detail, status, wait == null ? null : Long.valueOf(wait));
  }

  /** {@link HttpRequest#timeout} ends with the headers; this wait is for the whole answer. */
  private HttpResponse<String> send(HttpRequest request) throws Problem, InterruptedException {
    CompletableFuture<HttpResponse<String>> sending = http.sendAsync(request, HttpResponse.BodyHandlers.ofString());
    try {
      return sending.get(settings.timeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException late) {
      sending.cancel(true);
      throw new Problem("timeout", "The mOTP server did not answer in time.");
    } catch (ExecutionException failed) {
      throw new Problem("unreachable", "The mOTP server cannot be reached.");
    }
  }

  private static Map<String, Object> object(String part) throws Problem {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(bytes(part));
      Map<String, Object> object = Json.readObject(StandardCharsets.UTF_8.newDecoder().decode(bytes).toString());
      if (object != null) return object;
    } catch (CharacterCodingException notText) {
      throw malformed();
    }
    throw malformed();
  }

  /** Strict base64url: what decodes to the same bytes but is written otherwise is refused. */
  private static byte[] bytes(String part) throws Problem {
    try {
      byte[] decoded = Base64.getUrlDecoder().decode(part);
      if (Base64.getUrlEncoder().withoutPadding().encodeToString(decoded).equals(part)) return decoded;
    } catch (IllegalArgumentException notBase64) {
      throw malformed();
    }
    throw malformed();
  }

  private static String text(Map<String, Object> reply, String name) throws Problem {
    return field(reply, name, String.class);
  }

  private static <T> T field(Map<String, Object> reply, String name, Class<T> type) throws Problem {
    if (!type.isInstance(reply.get(name))) throw unexpectedReply(200);
    return type.cast(reply.get(name));
  }

  private static void refuseIf(boolean refused, String code, String detail) throws Problem {
    if (refused) throw new Problem(code, detail);
  }

  private static Problem malformed() {
    return new Problem("malformed", "This is not a receipt.");
  }

  private static Problem unexpectedReply(int status) {
    return new Problem("unexpected-reply", "The server answered " + status + " in no known shape.", status, null);
  }
}
