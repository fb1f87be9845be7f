import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON (RFC 8259) as maps, lists, strings, numbers, booleans and null: the JDK has none, and an example that wants no
 * dependency cannot borrow one. Strict, because it reads what is signed: nothing after the value, no name twice, no
 * depth without end. If your LMS has Jackson or Gson, use that instead: only Motp.java calls this.
 */
final class Json {
  static final class Malformed extends RuntimeException {
    Malformed() {
      super("This is not JSON."); // says nothing of what it was
    }
  }

  private static final int MAX_DEPTH = 32;
  private static final String ESCAPED = "\"\\/bfnrt";
  private static final String MEANT = "\"\\/\b\f\n\r\t";

  private final String text;
  private int at = 0;

  private Json(String text) {
    this.text = text;
  }

  /** Whole numbers that fit come as Long, others as BigDecimal. */
  static Object read(String text) {
    Json json = new Json(text);
    Object value = json.value(0);
    json.blank();
    if (json.at != text.length()) throw new Malformed();
    return value;
  }

  /** @return the object, or null when the text is another value or no JSON */
  @SuppressWarnings("unchecked")
  static Map<String, Object> readObject(String text) {
    try {
      return read(text) instanceof Map<?, ?> object ? (Map<String, Object>) object : null;
    } catch (Malformed notJson) {
      return null;
    }
  }

  private Object value(int depth) {
    if (depth > MAX_DEPTH) throw new Malformed();
    blank();
    return switch (peek()) {
      case '{' -> object(depth);
      case '[' -> array(depth);
      case '"' -> string();
      case 't' -> word("true", true);
      case 'f' -> word("false", false);
      case 'n' -> word("null", null);
      default -> number();
    };
  }

  private Map<String, Object> object(int depth) {
    Map<String, Object> object = new LinkedHashMap<>();
    at++;
    blank();
    if (skip('}')) return object;
    do {
      blank();
      String name = string();
      blank();
      if (!skip(':') || object.containsKey(name)) throw new Malformed();
      object.put(name, value(depth + 1));
      blank();
    } while (skip(','));
    if (!skip('}')) throw new Malformed();
    return object;
  }

  private List<Object> array(int depth) {
    List<Object> array = new ArrayList<>();
    at++;
    blank();
    if (skip(']')) return array;
    do {
      array.add(value(depth + 1));
      blank();
    } while (skip(','));
    if (!skip(']')) throw new Malformed();
    return array;
  }

  private String string() {
    if (!skip('"')) throw new Malformed();
    StringBuilder read = new StringBuilder();
    while (peek() != '"') {
      char next = text.charAt(at++);
      if (next < ' ') throw new Malformed();
      read.append(next == '\\' ? escaped() : next);
    }
    at++;
    return read.toString();
  }

  private char escaped() {
    char kind = peek();
    at++;
    if (kind != 'u') {
      int which = ESCAPED.indexOf(kind);
      if (which < 0) throw new Malformed();
      return MEANT.charAt(which);
    }
    String digits = text.substring(at, Math.min(at + 4, text.length()));
    if (!digits.matches("[0-9a-fA-F]{4}")) throw new Malformed();
    at += 4;
    return (char) Integer.parseInt(digits, 16);
  }

  private Object number() {
    int from = at;
    while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) at++;
    String digits = text.substring(from, at);
    if (!digits.matches("-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?")) throw new Malformed();
    return digits.matches("-?[0-9]{1,18}") ? (Object) Long.valueOf(digits) : new BigDecimal(digits);
  }

  private Object word(String word, Object meant) {
    if (!text.startsWith(word, at)) throw new Malformed();
    at += word.length();
    return meant;
  }

  private void blank() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) at++;
  }

  private boolean skip(char wanted) {
    if (at >= text.length() || text.charAt(at) != wanted) return false;
    at++;
    return true;
  }

  private char peek() {
    if (at >= text.length()) throw new Malformed();
    return text.charAt(at);
  }

  static String write(Object value) {
    StringBuilder written = new StringBuilder();
    write(value, written);
    return written.toString();
  }

  private static void write(Object value, StringBuilder to) {
    if (value instanceof Map<?, ?> object) {
      String separator = "{";
      for (Map.Entry<?, ?> field : object.entrySet()) {
        to.append(separator);
        write((String) field.getKey(), to);
        to.append(':');
        write(field.getValue(), to);
        separator = ",";
      }
      to.append(object.isEmpty() ? "{}" : "}");
    } else if (value instanceof List<?> array) {
      String separator = "[";
      for (Object item : array) {
        to.append(separator);
        write(item, to);
        separator = ",";
      }
      to.append(array.isEmpty() ? "[]" : "]");
    } else if (value instanceof String string) {
      write(string, to);
    } else if (value == null || value instanceof Number || value instanceof Boolean) {
      to.append(value);
    } else {
      throw new IllegalArgumentException("JSON has no " + value.getClass().getName());
    }
  }

  private static void write(String string, StringBuilder to) {
    to.append('"');
    for (char each : string.toCharArray()) {
      if (each == '"' || each == '\\') to.append('\\').append(each);
      else if (each < ' ') to.append(String.format("\\u%04x", (int) each));
      else to.append(each);
    }
    to.append('"');
  }
}
