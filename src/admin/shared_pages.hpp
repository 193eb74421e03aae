// Large pages, each made once for all simultaneous requests for it.
//
// A page of metrics may be megabytes of text, which many simultaneous scrapes would each make, compress and
// keep while it is sent. Instead, all requests that came before a page was begun get the same text, and the
// same compressed text. Numbers are never older than the request, unless `max_age` allows that.
//
// Does not know the contents of pages. One thread.
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
  // How long a page is kept after it was complete, apart from connections that are sending it.
  static constexpr Milliseconds kKeptFor{100};

  struct Copy {
    Page page;
    // Shared by all connections that send it: the last one frees it.
    std::shared_ptr<const std::string> bytes;
  };
  struct Wish {
    std::string key;        // equal keys ask for equal pages
    TimePoint asked;        // when the request was complete
    Nanoseconds max_age{};  // from the page's completion to `asked`, for a page that was begun before `asked`
    bool is_compressed = false;
  };
  // Makes the page, and appends its text to an empty string.
  using Make = std::function<Page(std::string& text)>;

  explicit SharedPages(const net::Executor& executor) : timer_(executor) {}
  SharedPages(const SharedPages&) = delete;
  SharedPages& operator=(const SharedPages&) = delete;

  // A kept page that meets the wish, or else a new one. Throws std::bad_alloc and the exceptions of `make`,
  // after which the object can still be used.
  Copy get(const Wish& wish, const Make& make);

  // Whether a kept page meets the wish, so that get() makes none.
  bool has(const Wish& wish) const noexcept { return find(wish) != nullptr; }

  // The memory of all pages that are kept here or being sent.
  PageMemory in_memory();
  // Drops the kept pages and cancels the timer.
  void clear();

  // Set while a connection makes a page: connections take turns.
  bool is_making = false;

 private:
  struct Kept {
    std::string key;
    TimePoint begun;
    TimePoint complete;
    Page page;
    std::shared_ptr<const std::string> text;
    std::shared_ptr<const std::string> compressed;  // nullptr until it is asked for
  };

  struct UsualSize {
    std::string key;
    std::size_t bytes;  // of the largest text
  };

  const Kept* find(const Wish& wish) const noexcept;
  Kept& find_or_make(const Wish& wish, const Make& make);
  std::size_t usual_size_of(const std::string& key) const noexcept;
  void note_size(const std::string& key, std::size_t bytes);
  void forget_later();

  std::vector<Kept> kept_;                              // the oldest first; a few
  std::vector<std::weak_ptr<const std::string>> made_;  // texts, also compressed; some have expired
  std::optional<Gzip> gzip_;
  std::vector<UsualSize> usual_sizes_;  // the key that was asked for last is the last
  net::Timer timer_;
  // Tells a timer handler that is already queued whether the object still exists.
  const std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace wayside::admin
