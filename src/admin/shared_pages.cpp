#include "admin/shared_pages.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace wayside::admin {
namespace {

// Enough for the formats of a page and a few selections of families.
constexpr std::size_t kMostKept = 4;

// The keys whose usual size is known. Clients choose the keys.
constexpr std::size_t kMostSizes = 16;

}  // namespace

SharedPages::Copy SharedPages::get(const Wish& wish, const Make& make) {
  Kept& kept = find_or_make(wish, make);
  if (!wish.is_compressed) return {kept.page, kept.text};
  if (!kept.compressed) {
    if (!gzip_) gzip_.emplace();
    std::string compressed;
    gzip_->compress(*kept.text, compressed, std::this_thread::yield);
    kept.compressed = std::make_shared<const std::string>(std::move(compressed));
    kept.complete = Clock::now();
    made_.push_back(kept.compressed);
    forget_later();
  }
  return {kept.page, kept.compressed};
}

const SharedPages::Kept* SharedPages::find(const Wish& wish) const noexcept {
  const auto known = std::ranges::find(kept_, wish.key, &Kept::key);
  if (known == kept_.end()) return nullptr;
  const bool is_newer = known->begun >= wish.asked;
  const bool is_new_enough = wish.max_age > Nanoseconds(0) && wish.asked - known->complete <= wish.max_age;
  return is_newer || is_new_enough ? &*known : nullptr;
}

SharedPages::Kept& SharedPages::find_or_make(const Wish& wish, const Make& make) {
  if (const Kept* const known = find(wish)) return kept_[static_cast<std::size_t>(known - &kept_.front())];
  const TimePoint now = Clock::now();
  std::erase_if(kept_,
                [&](const Kept& kept) { return kept.key == wish.key || now - kept.complete > kKeptFor; });
  if (kept_.size() == kMostKept) kept_.erase(kept_.begin());

  Kept made{.key = wish.key, .begun = Clock::now(), .complete = {}, .page = {}, .text = {}, .compressed = {}};
  std::string text;
  // Reserved at once: text that grows would be copied from block to block.
  const std::size_t usual_size = usual_size_of(wish.key);
  text.reserve(usual_size + usual_size / 8);
  made.page = make(text);
  note_size(wish.key, text.size());
  made.text = std::make_shared<const std::string>(std::move(text));
  made.complete = Clock::now();
  made_.push_back(made.text);
  kept_.push_back(std::move(made));
  forget_later();
  return kept_.back();
}

std::size_t SharedPages::usual_size_of(const std::string& key) const noexcept {
  const auto known = std::ranges::find(usual_sizes_, key, &UsualSize::key);
  return known == usual_sizes_.end() ? 0 : known->bytes;
}

void SharedPages::note_size(const std::string& key, std::size_t bytes) {
  const auto known = std::ranges::find(usual_sizes_, key, &UsualSize::key);
  if (known != usual_sizes_.end()) {
    known->bytes = std::max(known->bytes, bytes);
    std::rotate(known, known + 1, usual_sizes_.end());
    return;
  }
  if (usual_sizes_.size() == kMostSizes) usual_sizes_.erase(usual_sizes_.begin());
  usual_sizes_.push_back({key, bytes});
}

void SharedPages::clear() {
  kept_.clear();
  timer_.cancel();
}

PageMemory SharedPages::in_memory() {
  PageMemory sum;
  std::erase_if(made_, [&sum](const std::weak_ptr<const std::string>& made) {
    const auto text = made.lock();
    if (!text) return true;
    ++sum.count;
    sum.bytes += text->size();
    return false;
  });
  return sum;
}

// Drops the kept pages after kKeptFor, even if no request comes.
void SharedPages::forget_later() {
  timer_.expires_after(kKeptFor);
  timer_.async_wait([this, alive = std::weak_ptr(alive_)](const error_code& ec) {
    if (!ec && !alive.expired()) kept_.clear();
  });
}

}  // namespace wayside::admin
