#include "metrics/family_writer.hpp"

#include "wayside/metrics/registry.hpp"

#include "metrics/naming_text.hpp"
#include "metrics/native_buckets.hpp"
#include "metrics/scrape_values.hpp"
#include "metrics/series_order.hpp"

#include <algorithm>
#include <variant>

namespace wayside::metrics {
namespace {

constexpr std::string_view kNoLabels = " ";

// The listed values of the family; none where no list was given.
std::span<const std::string> list_of(FamilyId id, const RegistryOptions& options) {
  for (const ListedValues& list : options.label_values) {
    if (list.family.family() == id) return list.values;
  }
  return {};
}

// Whether the keys differ at most in the lowest digit of their variants, which has that many values.
bool are_of_one_series(ChildKey a, ChildKey b, std::size_t digit_values) noexcept {
  a.variant = static_cast<Variant>(a.variant / digit_values);
  b.variant = static_cast<Variant>(b.variant / digit_values);
  return a == b;
}

}  // namespace

FamilyWriter::FamilyWriter(const ScrapeSource& source, NamingText& text, const ScrapeValues& scrape_values,
                           PageWriter& writer)
    : source_(source),
      values_(source.snapshot.values),
      text_(text),
      scrape_values_(scrape_values),
      writer_(writer) {}

void FamilyWriter::write(FamilyId id) {
  const Family& family = kFamilies[id];
  if (text_.name(id).empty() || is_left_out(id)) return;
  if (!writer_.family(text_.name(id), family.type, text_.help(id))) return;
  switch (family.scope) {
    case Scope::kMethod:
    case Scope::kStatus:
    case Scope::kStream:
      return write_children(id);
    case Scope::kEndpoint:
      return write_endpoints(id);
    case Scope::kWorker:
      return write_workers(id);
    case Scope::kScrape:
      return write_scraped(id);
  }
}

bool FamilyWriter::is_left_out(FamilyId id) const {
  const Family& family = kFamilies[id];
  if (family.opt_in) {
    return std::ranges::none_of(source_.order.children(family.scope),
                                [id](const Child* child) { return child->block_layout().is_measured(id); });
  }
  if (!family.companion_of.empty())
    return list_of(*find_family(family.companion_of), source_.options).empty();
  if (family.is_listed()) return list_of(id, source_.options).empty();
  return family.scope == Scope::kScrape && scrape_values_[id].number.index() == 0;
}

// A gauge that is 0 has gone down to it.
bool FamilyWriter::has_counts(FamilyId id, const Child& child, Blocks blocks) const {
  const Family& family = kFamilies[id];
  if (family.type == FamilyType::kGauge) return true;
  if (family.type == FamilyType::kCounter) return sum_of(blocks, fixed_offset(id)) != 0;
  const HistogramSlot& slot = child.block_layout().histogram(sum_before(id, is_histogram));
  return std::ranges::any_of(blocks, [&](ValueIndex block) {
    return std::ranges::any_of(values_.subspan(block + slot.bucket_offset(0), slot.buckets->size()),
                               [](std::uint64_t count) { return count != 0; });
  });
}

std::uint64_t FamilyWriter::sum_of(Blocks blocks, std::size_t offset) const noexcept {
  std::uint64_t sum = 0;
  for (const ValueIndex block : blocks)
    sum += values_[block + offset];
  return sum;
}

std::span<const std::uint64_t> FamilyWriter::sums_of(Blocks blocks, std::size_t offset, std::size_t size,
                                                     std::vector<std::uint64_t>& memory) const {
  if (blocks.size() == 1) return values_.subspan(blocks.front() + offset, size);
  memory.resize(size);
  for (std::size_t i = 0; i < size; ++i)
    memory[i] = sum_of(blocks, offset + i);
  return memory;
}

// The children of one series stand together: see SeriesOrder.
void FamilyWriter::write_children(FamilyId id) {
  const auto children = source_.order.children(kFamilies[id].scope);
  const auto indices = source_.order.indices(kFamilies[id].scope);
  const std::size_t most = text_.variants_of_series(id);
  for (std::size_t next = 0; next < indices.size();) {
    const std::uint32_t first = indices[next];
    std::size_t count = 0;
    do {
      blocks_[count++] = children[indices[next++]]->values.first;
    } while (count < most && next < indices.size() &&
             are_of_one_series(children[first]->key, children[indices[next]]->key, most));
    write_series(id, *children[first], first, Blocks(blocks_).first(count));
  }
}

void FamilyWriter::write_series(FamilyId id, const Child& child, std::size_t index, Blocks blocks) {
  const Family& family = kFamilies[id];
  const BlockLayout& layout = child.block_layout();
  if (!layout.is_measured(id) || !(text_.shows_zeros() || has_counts(id, child, blocks))) return;
  const std::size_t offset = fixed_offset(id);
  if (family.type == FamilyType::kHistogram) {
    write_histogram(text_.histogram_labels(id, child, index), layout.histogram(sum_before(id, is_histogram)),
                    blocks);
  } else if (family.label.name.empty()) {
    write_sample(id, text_.labels(id, child, index), sum_of(blocks, offset));
  } else {
    for (std::size_t value = 0; value < family.label.value_count(); ++value)
      write_sample(id, text_.labels_with(id, value, child, index), sum_of(blocks, offset + value));
  }
}

// Children of one endpoint stand together.
void FamilyWriter::write_endpoints(FamilyId id) {
  const auto children = source_.order.children(Scope::kMethod);
  const auto indices = source_.order.indices(Scope::kMethod);
  const std::size_t offset = fixed_offset(id);
  for (auto begin = indices.begin(); begin != indices.end();) {
    const EndpointId endpoint = children[*begin]->key.endpoint;
    const auto end = std::find_if(begin, indices.end(),
                                  [&](std::uint32_t i) { return children[i]->key.endpoint != endpoint; });
    for (std::size_t value = 0; value < kFamilies[id].label.value_count(); ++value) {
      std::uint64_t sum = 0;
      for (auto each = begin; each != end; ++each)
        sum += values_[children[*each]->values.first + offset + value];
      write_sample(id, text_.labels_with(id, value, *children[*begin], endpoint), sum);
    }
    begin = end;
  }
}

// All values of a label are shown from the beginning, so that a rate has a zero to start from.
void FamilyWriter::write_workers(FamilyId id) {
  const Family& family = kFamilies[id];
  const BlockLayout& layout = source_.series.worker_layout();
  const std::size_t offset = fixed_offset(id);
  if (family.type == FamilyType::kHistogram) {
    blocks_.front() = source_.series.worker_values().first;
    return write_histogram(LabelSet().around_bound(), layout.histogram(sum_before(id, is_histogram)),
                           Blocks(blocks_).first(1));
  }
  if (family.label.name.empty()) return write_sample(id, kNoLabels, values_[offset]);
  for (std::size_t i = 0; i < family.label.value_count(); ++i)
    write_sample(id, text_.label_alone(family.label, family.label.values[i]), values_[offset + i]);
  if (!family.is_listed()) return;
  const std::span<const std::string> list = list_of(id, source_.options);
  const std::size_t list_offset = layout.list_offset(sum_before(id, is_listed));
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (!list[i].empty())
      write_sample(id, text_.label_alone(family.label, list[i]), values_[list_offset + i]);
  }
}

void FamilyWriter::write_scraped(FamilyId id) {
  const ScrapeValues::Value& value = scrape_values_[id];
  if (const auto* whole = std::get_if<std::uint64_t>(&value.number)) writer_.sample(value.labels, *whole);
  if (const auto* real = std::get_if<double>(&value.number)) writer_.sample(value.labels, *real);
  if (const auto* more = std::get_if<ScrapeValues::Series>(&value.number)) {
    for (const auto& [labels, number] : *more)
      writer_.sample(labels, number);
  }
}

void FamilyWriter::write_sample(FamilyId id, std::string_view labels, std::uint64_t value) {
  if (kFamilies[id].type == FamilyType::kGauge)
    return writer_.sample(labels, static_cast<double>(static_cast<std::int64_t>(value)));
  writer_.sample(labels, value);
}

void FamilyWriter::write_histogram(const HistogramLabels& labels, const HistogramSlot& slot, Blocks blocks) {
  const Buckets& buckets = *slot.buckets;
  const auto sum = static_cast<double>(sum_of(blocks, slot.sum_offset));
  const std::size_t native_size = slot.has_native() ? kNativeBucketCount : 0;
  writer_.histogram({.labels = labels,
                     .buckets = buckets,
                     .bounds = source_.bounds.of(buckets),
                     .counts = sums_of(blocks, slot.bucket_offset(0), buckets.size(), counts_),
                     .sum = buckets.exposed(sum),
                     .exemplars = exemplars_of(blocks, slot.bucket_offset(0), buckets.size()),
                     .native_counts = sums_of(blocks, slot.native_offset, native_size, native_counts_)});
}

// The newest of each bucket.
std::span<const Exemplar* const> FamilyWriter::exemplars_of(Blocks blocks, std::size_t offset,
                                                            std::size_t size) {
  if (writer_.format() == Format::kText) return {};
  const auto& all = source_.snapshot.exemplars;
  bool has_any = false;
  for (const ValueIndex block : blocks) {
    const std::size_t first = block + offset;
    auto each = std::ranges::lower_bound(all, first, {}, &BucketExemplar::bucket);
    for (; each != all.end() && each->bucket < first + size; ++each) {
      if (!has_any) std::fill_n(exemplars_.begin(), size, nullptr);
      has_any = true;
      const Exemplar*& kept = exemplars_[each->bucket - first];
      if (kept == nullptr || kept->timestamp_ns < each->exemplar.timestamp_ns) kept = &each->exemplar;
    }
  }
  return std::span(exemplars_).first(has_any ? size : 0);
}

}  // namespace wayside::metrics
