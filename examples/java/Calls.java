import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The methods of Motp from the command line, one call per line of JSON, one answer per line:
 * {@code {"call":"requireCheck","settings":{…},"request":{…}}} → {@code {"returned":{…}}} or
 * {@code {"problem":"…","message":"…"}}. The tests drive the example by it.
 */
public final class Calls {
  private final Map<Object, Motp> made = new HashMap<>();
  private Clock clock = Clock.systemUTC();

  /** A clock that each call may set. */
  private final class Now extends Clock {
    @Override
    public Instant instant() {
      return clock.instant();
    }

    @Override
    public ZoneOffset getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(java.time.ZoneId zone) {
      return this;
    }
  }

  public static void main(String[] args) throws IOException, InterruptedException {
    Calls calls = new Calls();
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      out.println(Json.write(calls.answer(Json.readObject(line))));
    }
  }

  private Map<String, Object> answer(Map<String, Object> line) throws InterruptedException {
    Map<String, Object> answer = new LinkedHashMap<>();
    boolean set = line.get("now") instanceof Long;
    clock = set ? Clock.fixed(Instant.ofEpochSecond((Long) line.get("now")), ZoneOffset.UTC) : Clock.systemUTC();
    try {
      answer.put("returned", call(line));
    } catch (Motp.Problem problem) {
      StringWriter trace = new StringWriter();
      problem.printStackTrace(new PrintWriter(trace));
      answer.put("problem", problem.code);
      answer.put("message", trace.toString());
      answer.put("status", problem.status);
      answer.put("retryAfter", problem.retryAfter);
    }
    return answer;
  }

  private Map<String, Object> call(Map<String, Object> line) throws Motp.Problem, InterruptedException {
    Motp motp = made.computeIfAbsent(line.get("settings"), settings -> motp((Map<?, ?>) settings));
    return switch ((String) line.get("call")) {
      case "requireCheck" -> fields(motp.requireCheck(object(line.get("request")), (String) line.get("idempotencyKey")));
      case "getCheck" -> fields(motp.getCheck((String) line.get("check")));
      case "verifyReceipt" -> motp.verifyReceipt(
          (String) line.get("receipt"), (String) line.get("learner"), (String) line.get("check"));
      case "verifyWebhook" -> Motp.verifyWebhook(
          name -> (String) object(line.get("headers")).get(name),
          ((String) line.get("body")).getBytes(StandardCharsets.UTF_8), (String) line.get("secret"), clock);
      default -> throw new IllegalArgumentException("There is no such call.");
    };
  }

  private Motp motp(Map<?, ?> settings) {
    String url = (String) settings.get("url");
    String issuer = settings.containsKey("issuer") ? (String) settings.get("issuer") : url;
    long timeout = settings.containsKey("timeout") ? (Long) settings.get("timeout") : 10;
    return new Motp(new Motp.Settings(url, issuer, (String) settings.get("apiKey"),
        (String) settings.get("institution"), Boolean.TRUE.equals(settings.get("allowDemo")),
        Duration.ofSeconds(timeout)), new Now());
  }

  private static Map<String, Object> fields(Object answer) {
    Map<String, Object> fields = new LinkedHashMap<>();
    if (answer instanceof Motp.Open open) {
      fields.put("status", "open");
      fields.put("id", open.id());
      fields.put("url", open.url());
      fields.put("expiresAt", open.expiresAt());
      fields.put("reasons", open.reasons());
    } else if (answer instanceof Motp.Passed passed) {
      fields.put("id", passed.id());
      fields.put("status", "passed");
      fields.put("method", passed.method());
      fields.put("receipt", passed.receipt());
    } else if (answer instanceof Motp.NotRequired free) {
      fields.put("status", "not-required");
      fields.put("because", free.because());
      fields.put("nextDue", free.nextDue());
    } else if (answer instanceof Motp.Blocked blocked) {
      fields.put("status", "blocked");
      fields.put("because", blocked.because());
      fields.put("until", blocked.until());
    } else if (answer instanceof Motp.Check check) {
      fields.put("id", check.id());
      fields.put("status", check.status());
      if (check.receipt() != null) fields.put("receipt", check.receipt());
    }
    return fields;
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> object(Object value) {
    return (Map<String, Object>) value;
  }
}
