// Large pages, made once for all who ask for the same at the same time.
//
// A page of metrics is megabytes of text, and many scrapers at once would each have one made, compressed and
// kept while it is sent. Here those who asked before a page was begun get the same text, and the same
// compressed text. Nobody gets numbers that are older than the request, unless `max_age` allows that.
//
// Knows nothing of what the pages say. One thread.
#pragma once

#include "wayside/base/clock.hpp"
#include "wayside/net/types.hpp"

#include "admin/admission.hpp"
#include "admin/gzip.hpp"
#include "admin/pages.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wayside::admin {

class SharedPages {
 public:
  // For how long a page is kept beside those who are sending it, counted from when it was complete.
  static constexpr Milliseconds kKeptFor{100};

  struct Copy {
    Page page;
    // Shared by all who send it: the last of them frees it.
    std::shared_ptr<const std::string> bytes;
  };
  struct Wish {
    std::string key;  // equal keys ask for equal pages
    TimePoint asked;  // when the whole request was there
    Nanoseconds
        max_age{};  // how much older than `asked` the page may be, without the time that it took to make
    bool is_compressed = false;
  };
  // Makes the page, and its text in an empty string.
  using Make = std::function<Page(std::string& text)>;

  explicit SharedPages(const net::Executor& executor) : timer_(executor) {}
  SharedPages(const SharedPages&) = delete;
  SharedPages& operator=(const SharedPages&) = delete;

  // A page that there is, or else a new one. Throws std::bad_alloc and what `make` throws; the next who asks
  // is none the worse for it.
  Copy get(const Wish& wish, const Make& make);

  // Whether there is such a page, so that none has to be made.
  bool has(const Wish& wish) const noexcept { return find(wish) != nullptr; }

  // What has been made and is still there: kept here or being sent.
  PageMemory in_memory();
  // Keeps no page and waits for nothing.
  void clear();

  // For whoever makes pages in turn with others: one of them is at it.
  bool is_making = false;

 private:
  struct Kept {
    std::string key;
    TimePoint begun;
    TimePoint complete;
    Page page;
    std::shared_ptr<const std::string> text;
    std::shared_ptr<const std::string> compressed;  // nullptr: nobody has asked for it
  };

  const Kept* find(const Wish& wish) const noexcept;
  Kept& find_or_make(const Wish& wish, const Make& make);
  void forget_later();

  std::vector<Kept> kept_;                              // the oldest first; a few
  std::vector<std::weak_ptr<const std::string>> made_;  // texts and compressed ones, some of which are gone
  std::optional<Gzip> gzip_;
  std::size_t usual_size_ = 0;  // of a text
  net::Timer timer_;
  // A handler that is queued already when this goes sees its end by this.
  const std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace wayside::admin
