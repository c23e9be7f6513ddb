#include "client/line_splitter.h"

#include <utility>

namespace influxdb3::client {

bool LineSplitter::Step(char c) {
  if (place_ == Place::kString) {
    if (escaped_) {
      escaped_ = false;
    } else if (c == '\\') {
      escaped_ = true;
    } else if (c == '"') {
      place_ = Place::kFields;
    }
    return false;
  }
  if (c == '\n') {
    place_ = Place::kLineStart;
    escaped_ = after_equals_ = false;
    return true;
  }
  if (std::exchange(escaped_, false)) {
    after_equals_ = false;
    return false;
  }
  switch (place_) {
    case Place::kLineStart:
      if (c == ' ' || c == '\t' || c == '\r') break;
      place_ = c == '#' ? Place::kComment : Place::kKeys;
      escaped_ = c == '\\';
      break;
    case Place::kKeys:
      // A quote among the tags is an ordinary character.
      if (c == '\\') escaped_ = true;
      if (c == ' ') place_ = Place::kFields;
      break;
    case Place::kFields:
      if (c == '\\') escaped_ = true;
      if (c == '"' && after_equals_) place_ = Place::kString;
      after_equals_ = c == '=';
      break;
    case Place::kComment:
    case Place::kString: break;
  }
  return false;
}

void LineSplitter::EndLine() {
  if (!body_.empty() && body_.size() + pending_.size() > body_bytes_max_) {
    sink_(std::exchange(body_, {}), std::exchange(body_lines_, 0));
  }
  body_ += pending_;
  pending_.clear();
  ++body_lines_;
}

void LineSplitter::Feed(std::string_view piece) {
  size_t start = 0;
  for (size_t i = 0; i < piece.size(); ++i) {
    if (!Step(piece[i])) continue;
    pending_.append(piece.substr(start, i + 1 - start));
    start = i + 1;
    EndLine();
  }
  pending_.append(piece.substr(start));
}

void LineSplitter::Finish() {
  if (!pending_.empty()) EndLine();
  if (!body_.empty()) sink_(std::exchange(body_, {}), std::exchange(body_lines_, 0));
  place_ = Place::kLineStart;
  escaped_ = after_equals_ = false;
}

}  // namespace influxdb3::client
