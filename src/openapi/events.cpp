#include "openapi/events.hpp"

#include <array>
#include <cstddef>
#include <fmt/format.h>
#include <new>
#include <span>
#include <string>
#include <yaml.h>

namespace wayside::openapi {
namespace {

Mark mark_of(const yaml_mark_t& mark) noexcept {
  return {mark.index, mark.line, mark.column};
}

std::string_view text_of(const yaml_char_t* text, std::size_t size) noexcept {
  return {reinterpret_cast<const char*>(text), size};
}

std::string_view text_of(const yaml_char_t* text) noexcept {
  return text == nullptr ? std::string_view() : std::string_view(reinterpret_cast<const char*>(text));
}

bool means_nothing(std::string_view text) noexcept {
  constexpr std::array<std::string_view, 5> kNulls = {"", "~", "null", "Null", "NULL"};
  for (const std::string_view null : kNulls) {
    if (text == null) return true;
  }
  return false;
}

int read_input(void* input, unsigned char* buffer, std::size_t size, std::size_t* read) {
  *read = static_cast<Input*>(input)->read({buffer, size});
  return 1;
}

}  // namespace

struct Events::Parser {
  Parser() {
    if (yaml_parser_initialize(&parser) == 0) throw std::bad_alloc();
  }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;
  ~Parser() {
    yaml_event_delete(&event);
    yaml_parser_delete(&parser);
  }

  // False where there is a mistake.
  bool advance() {
    yaml_event_delete(&event);
    if (yaml_parser_parse(&parser, &event) != 0) return true;
    if (parser.error == YAML_MEMORY_ERROR) throw std::bad_alloc();
    return false;
  }

  yaml_parser_t parser{};
  yaml_event_t event{};  // the latest one
};

Events::Events(Input& input) : input_(input), parser_(std::make_unique<Parser>()) {
  yaml_parser_set_input(&parser_->parser, read_input, &input_);
}

Events::~Events() = default;

Checked<Event, DocumentError> Events::next() {
  for (;;) {
    if (!parser_->advance()) {
      const yaml_parser_t& parser = parser_->parser;
      std::string message = fmt::format("expected valid YAML or JSON, found a mistake: {}",
                                        parser.problem == nullptr ? "nested too deeply" : parser.problem);
      if (parser.error == YAML_READER_ERROR) {
        const Place place = input_.place_of_byte(parser.problem_offset);
        return DocumentError{place.line, place.column, std::move(message)};
      }
      if (parser.context != nullptr) {
        const Place begin = input_.place_of(mark_of(parser.context_mark));
        message += fmt::format(", {} that begins at {}:{}", parser.context, begin.line, begin.column);
      }
      const Place place = input_.place_of(mark_of(parser.problem_mark));
      return DocumentError{place.line, place.column, std::move(message)};
    }
    const yaml_event_t& event = parser_->event;
    Event out;
    out.mark = mark_of(event.start_mark);
    switch (event.type) {
      case YAML_SCALAR_EVENT:
        out.kind = EventKind::kScalar;
        out.text = text_of(event.data.scalar.value, event.data.scalar.length);
        out.anchor = text_of(event.data.scalar.anchor);
        out.is_null = event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE && means_nothing(out.text);
        return out;
      case YAML_ALIAS_EVENT:
        out.kind = EventKind::kAlias;
        out.anchor = text_of(event.data.alias.anchor);
        return out;
      case YAML_SEQUENCE_START_EVENT:
        out.kind = EventKind::kList;
        out.anchor = text_of(event.data.sequence_start.anchor);
        return out;
      case YAML_MAPPING_START_EVENT:
        out.kind = EventKind::kMapping;
        out.anchor = text_of(event.data.mapping_start.anchor);
        return out;
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT:
        out.kind = EventKind::kEndOfNode;
        return out;
      case YAML_DOCUMENT_END_EVENT:
      case YAML_STREAM_END_EVENT:
        return out;
      case YAML_NO_EVENT:
      case YAML_STREAM_START_EVENT:
      case YAML_DOCUMENT_START_EVENT:
        break;
    }
  }
}

}  // namespace wayside::openapi
