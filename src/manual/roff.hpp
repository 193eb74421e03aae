// Writes man pages in the language of man(7): headings, tagged paragraphs, running text.
//
// Texts may hold `words in backticks`, which become bold. Anything that roff would interpret is escaped.
#pragma once

#include <string>
#include <string_view>

namespace wayside::manual {

class Roff {
 public:
  // ".TH": the page's name, its section, and what is printed at its foot.
  Roff(std::string_view name, int section, std::string_view version, std::string_view date);

  void heading(std::string_view title);
  // Running text, filled; a new paragraph.
  void paragraph(std::string_view text);
  // Running text that goes on where the text before it ended.
  void text(std::string_view text);
  // The tag of a paragraph whose text follows: a bold name, and roman text behind it.
  void tag(std::string_view name, std::string_view behind = {});
  // A paragraph, beside a tag, of its own.
  void break_line();
  // Lines as they are, indented.
  void example(std::string_view lines);

  // A line of roff as it stands.
  void raw(std::string_view line);

  const std::string& page() const noexcept { return page_; }

 private:
  void begin_paragraph();

  std::string page_;
};

}  // namespace wayside::manual
