// Lines of text that hold a word and numbers, taken apart and put together at the speed of the file.
//
// Called through ctypes, which gives Python's lock back meanwhile. Nothing is allocated here.

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <system_error>

namespace {

inline bool blank(char c) { return c == ' ' || c == '\t'; }

inline bool digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

// Exact powers of ten: a whole number below 2^53 times or over one of these is rounded once.
constexpr double kTen[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                           1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

// Plain decimals of up to 15 digits, as nearly all are; false for whatever else, which takes longer.
inline bool plain(const char* at, const char* end, double* out) {
  const bool negative = *at == '-';
  if (negative) ++at;
  std::int64_t whole = 0;
  int digits = 0, behind = 0;
  for (; at != end && digit(*at); ++at, ++digits) whole = whole * 10 + (*at - '0');
  if (at != end && *at == '.') {
    const char* point = ++at;
    for (; at != end && digit(*at); ++at) whole = whole * 10 + (*at - '0');
    behind = static_cast<int>(at - point);
    digits += behind;
  }
  if (at != end || digits == 0 || digits > 15) return false;
  const double value = static_cast<double>(whole) / kTen[behind];
  *out = negative ? -value : value;
  return true;
}

// Any decimal, with an exponent or without, NaN and infinity; false where it is none, or beyond a double.
inline bool number(const char* at, const char* end, double* out) {
  if (end - at <= 17 && plain(at, end, out)) return true;
  if (*at == '+' && end - at > 1 && at[1] != '-') ++at;
  const auto [stop, error] = std::from_chars(at, end, *out);
  return error == std::errc() && stop == end && end[-1] != ')';
}

inline char* copied(const char* from, std::int64_t count, char* to) {
  std::memcpy(to, from, count);
  return to + count;
}

// Of all float32, the one whose shortest decimal, 7.038531e-26, is another number's if it is read as a
// float64 and then rounded, as many readers do it; with a digit more it is not.
constexpr float kTwiceRounded = 7.0385307e-26f;

// The shortest decimal that is read back as the same number, as Python writes it: "0.25", or, below a
// ten-thousandth and from `above` on, "1.5e-07".
template <typename T>
inline char* decimal(T value, double above, char* out) {
  if (std::signbit(value)) *out++ = '-';
  value = std::fabs(value);
  if (value == 0) return copied("0.0", 3, out);
  if (sizeof(T) == sizeof(float) && value == kTwiceRounded) return copied("7.0385307e-26", 13, out);
  char text[40];
  const char* end = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
  const double size = static_cast<double>(value);
  if (size < 1e-4 || size >= above) return copied(text, end - text, out);
  const char* mark = static_cast<const char*>(std::memchr(text, 'e', end - text));
  int power = 0;
  std::from_chars(mark + (mark[1] == '+' ? 2 : 1), end, power);
  char digits[24];
  int count = 1 + (mark - text > 2 ? static_cast<int>(mark - text) - 2 : 0);
  digits[0] = text[0];
  if (count > 1) std::memcpy(digits + 1, text + 2, count - 1);
  if (power < 0) {
    out = copied("0.0000", 1 - power, out);
    return copied(digits, count, out);
  }
  for (int i = 0; i <= power; ++i) *out++ = i < count ? digits[i] : '0';
  *out++ = '.';
  if (count <= power + 1) return copied("0", 1, out);
  return copied(digits + power + 1, count - power - 1, out);
}

template <typename T>
char* lines(const char* words, const std::int64_t* stops, const T* numbers, std::int64_t rows,
            std::int64_t dim, double above, char blank, char* out) {
  std::int64_t at = 0;
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::int64_t size = stops[row] - at;
    out = copied(words + at, size, out);
    at += size;
    for (std::int64_t i = 0; i < dim; ++i) {
      if (i || size) *out++ = blank;
      out = decimal(*numbers++, above, out);
    }
    *out++ = '\n';
  }
  return out;
}

}  // namespace

extern "C" {

// Where each line's word begins and ends, and its last `dim` fields; four numbers a line, from `data` on.
// A line without so many fields, with a word before them, has -1 as its second. Returns the number of lines.
std::int64_t embedlab_spans(const char* data, std::int64_t size, std::int64_t dim, std::int64_t* out) {
  std::int64_t lines = 0;
  for (const char *line = data, *stop = data + size; line < stop; ++lines, out += 4) {
    const void* found = std::memchr(line, '\n', stop - line);
    const char* next = found ? static_cast<const char*>(found) : stop;
    const char* end = next;
    if (end > line && end[-1] == '\r') --end;
    while (end > line && blank(end[-1])) --end;
    const char *at = end, *first = end;
    std::int64_t fields = 0;
    while (fields < dim && at > line) {
      while (at > line && !blank(at[-1])) --at;
      first = at;
      ++fields;
      while (at > line && blank(at[-1])) --at;
    }
    out[0] = line - data;
    out[1] = fields == dim && at > line && !blank(*line) ? at - data : -1;
    out[2] = first - data;
    out[3] = end - data;
    line = next + 1;
  }
  return lines;
}

// Records of a word, a space and `width` bytes, from `at` on: where each word begins and ends; two numbers a
// record. Behind each stand `gap` bytes. Returns how many are whole, `most` of them at most, each with the
// byte behind it.
std::int64_t embedlab_records(const char* data, std::int64_t size, std::int64_t at, std::int64_t width,
                              std::int64_t gap, std::int64_t longest, std::int64_t most, std::int64_t* out) {
  std::int64_t records = 0;
  for (; records < most; ++records, out += 2) {
    const std::int64_t room = size - at < longest ? size - at : longest;
    const void* space = room > 0 ? std::memchr(data + at, ' ', room) : nullptr;
    if (!space) break;
    const std::int64_t stop = static_cast<const char*>(space) - data;
    if (stop + 1 + width >= size) break;
    out[0] = at;
    out[1] = stop;
    at = stop + 1 + width + gap;
  }
  return records;
}

// The numbers of `rows` spans of `dim` fields each. Returns how many rows could be done: at the first that
// holds something else it stops.
std::int64_t embedlab_numbers(const char* data, const std::int64_t* starts, const std::int64_t* ends,
                              std::int64_t rows, std::int64_t dim, double* out) {
  for (std::int64_t row = 0; row < rows; ++row) {
    const char *at = data + starts[row], *end = data + ends[row];
    for (std::int64_t i = 0; i < dim; ++i) {
      while (at < end && blank(*at)) ++at;
      const char* stop = at;
      while (stop < end && !blank(*stop)) ++stop;
      if (stop == at || !number(at, stop, out++)) return row;
      at = stop;
    }
  }
  return rows;
}

// Lines of `rows` words, which end at `stops`, and of `dim` numbers each, float32 or, if `wide`, float64, all
// parted by `blank`; without words, of numbers alone. `out` has room. Returns the number of bytes.
std::int64_t embedlab_lines(const char* words, const std::int64_t* stops, const void* numbers,
                            std::int64_t wide, std::int64_t rows, std::int64_t dim, double above, char blank,
                            char* out) {
  char* end = wide
      ? lines(words, stops, static_cast<const double*>(numbers), rows, dim, above, blank, out)
      : lines(words, stops, static_cast<const float*>(numbers), rows, dim, above, blank, out);
  return end - out;
}

}  // extern "C"
