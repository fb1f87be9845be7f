import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;

/**
 * A site with one exam behind a check, and the address for webhooks, on the JDK's own HTTP server. To try it:
 * {@code javac -d /tmp/motp examples/java/*.java && MOTP_URL=… MOTP_API_KEY=… java -cp /tmp/motp Demo 4002}
 */
public final class Demo {
  /** What your sessions hold: who signed in, the check under way, whether the exam is open. */
  private static final class Session {
    final Map<String, String> user = Map.of("id", "trainee-17", "name", "홍길동", "phone", "010-1234-5678");
    String check;
    boolean exam;
  }

  private record Page(int status, String text, String link) {
    Page(int status, String text) {
      this(status, text, null);
    }
  }

  private static final Page EXAM = new Page(200, "시험 문제");

  private final Map<String, Session> sessions = new ConcurrentHashMap<>();
  private final Motp motp;

  private Demo(Motp motp) {
    this.motp = motp;
  }

  public static void main(String[] args) throws IOException {
    String url = System.getenv("MOTP_URL");
    String issuer = System.getenv().getOrDefault("MOTP_ISSUER", url);
    boolean allowDemo = "yes".equals(System.getenv("MOTP_ALLOW_DEMO"));
    Demo demo = new Demo(new Motp(new Motp.Settings(url, issuer, System.getenv("MOTP_API_KEY"),
        System.getenv("MOTP_INSTITUTION"), allowDemo, Duration.ofSeconds(10))));
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(args[0])), 0);
    server.createContext("/exam", demo::answerExam);
    server.createContext("/motp/webhook", demo::answerWebhook);
    server.setExecutor(Executors.newFixedThreadPool(4));
    server.start();
  }

  // The twenty lines.
  private Page exam(Session session, String returned) throws Motp.Problem, InterruptedException {
    if (session.check != null && session.check.equals(returned)) {
      Motp.Check check = motp.getCheck(session.check);
      if (check.receipt() != null) return open(session, check.receipt(), check.id());
    }
    if (session.exam) return EXAM;
    Motp.Answer answer = motp.requireCheck(Map.of(
        "learner", session.user,
        "course", Map.of("id", "safety-101", "title", "산업안전보건"),
        "occasion", Map.of("kind", "exam", "number", 1),
        "returnUrl", System.getenv("LMS_ORIGIN") + "/exam"), null);
    if (answer instanceof Motp.Open open) {
      session.check = open.id();
      return new Page(200, "시험을 보려면 본인인증이 필요합니다.", open.url());
    }
    if (answer instanceof Motp.Passed passed) return open(session, passed.receipt(), passed.id());
    if (answer instanceof Motp.Blocked blocked) {
      return new Page(403, "지금은 시험을 볼 수 없습니다. 가능한 시각: " + blocked.until());
    }
    return EXAM; // Motp.NotRequired: the interface is sealed, there is nothing else
  }

  private Page open(Session session, String receipt, String check) throws Motp.Problem, InterruptedException {
    motp.verifyReceipt(receipt, session.user.get("id"), check);
    session.check = null; // one receipt opens one exam
    session.exam = true;
    return EXAM;
  }

  private void answerExam(HttpExchange exchange) throws IOException {
    Session session = sessionOf(exchange);
    String query = exchange.getRequestURI().getQuery();
    String returned = query != null && query.startsWith("motp_check=") ? query.substring(11) : null;
    Page page;
    try {
      synchronized (session) {
        page = exam(session, returned);
      }
    } catch (Motp.Problem problem) {
      System.err.println("motp: " + problem.code); // for you; the learner hears what to do
      page = new Page(503, "지금은 본인인증을 할 수 없습니다. 잠시 후 다시 시도해 주세요.");
    } catch (InterruptedException ending) {
      Thread.currentThread().interrupt();
      page = new Page(503, "잠시 후 다시 시도해 주세요.");
    }
    String button = page.link() == null ? "" : "<p><a href=\"" + escape(page.link()) + "\">본인인증 하기</a></p>";
    exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    send(exchange, page.status(), "<!doctype html><html lang=\"ko\"><title>시험</title><p>"
        + escape(page.text()) + "</p>" + button + "</html>\n");
  }

  private void answerWebhook(HttpExchange exchange) throws IOException {
    int status = 400;
    try {
      byte[] body = exchange.getRequestBody().readNBytes(1 << 20);
      String secret = System.getenv("MOTP_WEBHOOK_SECRET");
      var event = Motp.verifyWebhook(exchange.getRequestHeaders()::getFirst, body, secret, Clock.systemUTC());
      System.err.println("motp: " + event.get("type")); // keep webhook-id, act once, answer within seconds
      status = 204;
    } catch (Motp.Problem refused) {
      System.err.println("motp: webhook " + refused.code);
    }
    send(exchange, status, "");
  }

  /** Your framework has sessions; these live as long as the process. */
  private Session sessionOf(HttpExchange exchange) {
    String cookie = exchange.getRequestHeaders().getFirst("Cookie");
    String id = cookie != null && cookie.startsWith("lms=") ? cookie.substring(4) : null;
    if (id != null && sessions.containsKey(id)) return sessions.get(id);
    String fresh = UUID.randomUUID().toString();
    // Lax, not Strict: the cookie must be there when the learner comes back from the mOTP server.
    exchange.getResponseHeaders().set("Set-Cookie", "lms=" + fresh + "; HttpOnly; SameSite=Lax; Path=/");
    sessions.put(fresh, new Session());
    return sessions.get(fresh);
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    if (bytes.length > 0) exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
  }
}
