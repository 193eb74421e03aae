#include "metrics/protobuf_writer.hpp"

#include "metrics/native_buckets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <limits>
#include <map>
#include <stdexcept>
#include <utility>

namespace wayside::metrics {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

// A reader of the wire format, written from its documentation: a message is its fields in their order.
class Message {
 public:
  explicit Message(std::string_view bytes) {
    while (!bytes.empty()) {
      const std::uint64_t tag = take_varint(bytes);
      Field& field = fields_.emplace_back();
      field.number = tag >> 3U;
      switch (tag & 7U) {
        case 0:
          field.varint = take_varint(bytes);
          break;
        case 1:
          for (unsigned i = 0; i < 8; ++i)
            field.varint |= std::uint64_t{static_cast<unsigned char>(bytes.at(i))} << (8 * i);
          bytes.remove_prefix(8);
          break;
        case 2:
          field.text = take_delimited(bytes);
          break;
        default:
          throw std::runtime_error("unknown wire type");
      }
    }
  }

  static std::string_view take_delimited(std::string_view& bytes) {
    const std::uint64_t length = take_varint(bytes);
    if (length > bytes.size()) throw std::runtime_error("a message is cut off");
    const std::string_view content = bytes.substr(0, length);
    bytes.remove_prefix(length);
    return content;
  }

  std::vector<std::uint64_t> varints(std::uint64_t number) const {
    std::vector<std::uint64_t> all;
    for (const Field& field : fields_)
      if (field.number == number) all.push_back(field.varint);
    return all;
  }
  std::vector<std::int64_t> zigzags(std::uint64_t number) const {
    std::vector<std::int64_t> all;
    for (const std::uint64_t bits : varints(number))
      all.push_back(static_cast<std::int64_t>(bits >> 1U) ^ -static_cast<std::int64_t>(bits & 1U));
    return all;
  }
  std::vector<std::string> texts(std::uint64_t number) const {
    std::vector<std::string> all;
    for (const Field& field : fields_)
      if (field.number == number) all.emplace_back(field.text);
    return all;
  }
  std::vector<Message> messages(std::uint64_t number) const {
    std::vector<Message> all;
    for (const Field& field : fields_)
      if (field.number == number) all.emplace_back(field.text);
    return all;
  }
  bool has(std::uint64_t number) const { return !varints(number).empty(); }
  // Of a field that is there once.
  std::uint64_t varint(std::uint64_t number) const { return only(varints(number)); }
  std::int64_t zigzag(std::uint64_t number) const { return only(zigzags(number)); }
  double real(std::uint64_t number) const { return std::bit_cast<double>(varint(number)); }
  std::string text(std::uint64_t number) const { return only(texts(number)); }
  Message message(std::uint64_t number) const { return only(messages(number)); }

 private:
  struct Field {
    std::uint64_t number = 0;
    std::uint64_t varint = 0;
    std::string_view text;
  };

  static std::uint64_t take_varint(std::string_view& bytes) {
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(bytes.at(0));
      bytes.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) return value;
    }
  }
  template <class Value>
  static Value only(std::vector<Value> all) {
    if (all.size() != 1) throw std::runtime_error("a field is not there once");
    return std::move(all.front());
  }

  std::vector<Field> fields_;
};

std::vector<Message> families_in(std::string_view page) {
  std::vector<Message> families;
  while (!page.empty())
    families.emplace_back(Message::take_delimited(page));
  return families;
}

using Labels = std::vector<std::pair<std::string, std::string>>;

Labels labels_of(const Message& message) {
  Labels labels;
  for (const Message& pair : message.messages(1))
    labels.emplace_back(pair.text(1), pair.text(2));
  return labels;
}

TEST(ProtobufWriter, WritesSamples) {
  std::string page;
  ProtobufWriter writer(page);
  EXPECT_TRUE(writer.family("a_total", FamilyType::kCounter, "Things."));
  writer.sample(LabelSet().add("y", "\"\n").add("x", "1").text(), std::uint64_t{3});
  writer.sample(LabelSet().add("x", "2").text(), std::uint64_t{4});
  EXPECT_TRUE(writer.family("b_bytes", FamilyType::kGauge, "A level."));
  writer.sample(" ", -0.25);
  EXPECT_TRUE(writer.family("c_info", FamilyType::kInfo, "What."));
  writer.sample(LabelSet().add("v", std::string(300, 'v')).text(), 1.0);
  EXPECT_TRUE(writer.family("d", FamilyType::kGauge, "Nothing."));
  writer.end();

  const auto families = families_in(page);
  ASSERT_EQ(families.size(), 4U);
  EXPECT_EQ(families[0].text(1), "a_total");
  EXPECT_EQ(families[0].text(2), "Things.");
  EXPECT_EQ(families[0].varint(3), 0U);
  const auto counters = families[0].messages(4);
  ASSERT_EQ(counters.size(), 2U);
  EXPECT_THAT(labels_of(counters[0]), ElementsAre(Pair("x", "1"), Pair("y", "\"\n")));
  EXPECT_EQ(counters[0].message(3).real(1), 3.0);
  EXPECT_EQ(counters[1].message(3).real(1), 4.0);
  EXPECT_EQ(families[1].varint(3), 1U);
  EXPECT_THAT(labels_of(families[1].message(4)), IsEmpty());
  EXPECT_EQ(families[1].message(4).message(2).real(1), -0.25);
  EXPECT_EQ(families[2].text(1), "c_info");
  EXPECT_EQ(families[2].varint(3), 1U);
  EXPECT_THAT(labels_of(families[2].message(4)), ElementsAre(Pair("v", std::string(300, 'v'))));
  EXPECT_THAT(families[3].messages(4), IsEmpty());
}

TEST(ProtobufWriter, WritesOnlyWhatIsWanted) {
  std::string page;
  const std::vector<std::string> wanted = {"b"};
  ProtobufWriter writer(page, wanted);
  EXPECT_FALSE(writer.family("a", FamilyType::kGauge, "A."));
  EXPECT_TRUE(writer.family("b", FamilyType::kGauge, "B."));
  writer.sample(" ", 1.0);
  EXPECT_FALSE(writer.family("c", FamilyType::kGauge, "C."));
  writer.end();
  ASSERT_EQ(families_in(page).size(), 1U);
  EXPECT_EQ(families_in(page).front().text(1), "b");
}

// The message Histogram that is written for a series of the buckets 0.5 and 1.
struct WrittenHistogram {
  explicit WrittenHistogram(std::span<const std::uint64_t> counts, std::span<const std::uint64_t> native = {},
                            std::span<const Exemplar* const> exemplars = {}) {
    const HistogramLabels labels = LabelSet().add("a", "1").around_bound();
    ProtobufWriter writer(page);
    writer.family("h_seconds", FamilyType::kHistogram, "Times.");
    writer.histogram({.labels = labels,
                      .buckets = *Buckets::from_seconds(std::array{0.5, 1.0}),
                      .bounds = {},
                      .counts = counts,
                      .sum = 1.75,
                      .exemplars = exemplars,
                      .native_counts = native});
    writer.end();
    family = families_in(page).front();
  }
  Message histogram() const { return family.message(4).message(7); }
  std::vector<std::pair<double, std::uint64_t>> buckets() const {
    std::vector<std::pair<double, std::uint64_t>> all;
    for (const Message& bucket : histogram().messages(3))
      all.emplace_back(bucket.real(2), bucket.varint(1));
    return all;
  }

  std::string page;
  Message family{{}};
};

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(ProtobufWriter, WritesClassicBuckets) {
  const Exemplar exemplar{
      {0x0af7651916cd43dd, 0x8448eb211c80319c, 0x07ad6b7169203331}, 750'000'000, 1'520'879'607'789'000'001};
  const std::array<const Exemplar*, 3> exemplars = {nullptr, &exemplar, nullptr};
  const WrittenHistogram written(std::array<std::uint64_t, 3>{2, 1, 3}, {}, exemplars);
  EXPECT_EQ(written.family.varint(3), 4U);
  EXPECT_THAT(labels_of(written.family.message(4)), ElementsAre(Pair("a", "1")));
  const Message histogram = written.histogram();
  EXPECT_EQ(histogram.varint(1), 6U);
  EXPECT_EQ(histogram.real(2), 1.75);
  EXPECT_THAT(written.buckets(), ElementsAre(Pair(0.5, 2U), Pair(1.0, 3U), Pair(kInfinity, 6U)));
  for (const std::uint64_t native_field : {5U, 6U, 7U, 12U, 13U})
    EXPECT_FALSE(histogram.has(native_field));

  const auto buckets = histogram.messages(3);
  EXPECT_FALSE(buckets[0].has(3));
  const Message read = buckets[1].message(3);
  EXPECT_THAT(labels_of(read), ElementsAre(Pair("span_id", "07ad6b7169203331"),
                                           Pair("trace_id", "0af7651916cd43dd8448eb211c80319c")));
  EXPECT_EQ(read.real(2), 0.75);
  EXPECT_EQ(read.message(3).varint(1), 1'520'879'607U);
  EXPECT_EQ(read.message(3).varint(2), 789'000'001U);
}

// Prometheus' index → count, as its client library documents spans and deltas.
std::map<std::int64_t, std::int64_t> native_buckets(const Message& histogram) {
  const auto deltas = histogram.zigzags(13);
  std::map<std::int64_t, std::int64_t> buckets;
  std::size_t next = 0;
  std::int64_t index = 0;
  std::int64_t count = 0;
  for (const Message& span : histogram.messages(12)) {
    index += span.zigzag(1);
    for (std::uint64_t i = 0; i < span.varint(2); ++i)
      buckets[index++] = count += deltas.at(next++);
  }
  EXPECT_EQ(next, deltas.size());
  return buckets;
}

TEST(ProtobufWriter, WritesNativeBuckets) {
  std::vector<std::uint64_t> counts(kNativeBucketCount);
  counts[0] = 5;
  for (const std::int64_t duration_ms : {100, 100, 100, 120, 130, 3000})
    ++counts[native_bucket_of(duration_ms * 1'000'000)];
  ++counts.back();
  const WrittenHistogram written(std::array<std::uint64_t, 3>{10, 0, 2}, counts);
  const Message histogram = written.histogram();
  EXPECT_EQ(histogram.varint(1), 12U);
  EXPECT_EQ(histogram.zigzag(5), 4);
  EXPECT_EQ(histogram.real(6), 1.0 / 131'072);
  EXPECT_EQ(histogram.varint(7), 5U);
  // log2(0.1) * 16 = -53.2, log2(0.12) * 16 = -48.9, log2(0.13) * 16 = -47.1, log2(3) * 16 = 25.4
  EXPECT_THAT(native_buckets(histogram),
              ElementsAre(Pair(-53, 3), Pair(-48, 1), Pair(-47, 1), Pair(26, 1), Pair(13 * 16, 1)));
  // -50 … -47 lie more than two buckets behind -53.
  EXPECT_EQ(histogram.messages(12).size(), 4U);
}

TEST(ProtobufWriter, BridgesShortGapsBetweenNativeBuckets) {
  std::vector<std::uint64_t> counts(kNativeBucketCount);
  counts[1] = 2;
  counts[4] = 1;
  counts[8] = 1;
  const WrittenHistogram written(std::array<std::uint64_t, 3>{4, 0, 0}, counts);
  EXPECT_EQ(written.histogram().messages(12).size(), 2U);
  EXPECT_THAT(
      native_buckets(written.histogram()),
      ElementsAre(Pair(kNativeFirstIndex, 2), Pair(kNativeFirstIndex + 1, 0), Pair(kNativeFirstIndex + 2, 0),
                  Pair(kNativeFirstIndex + 3, 1), Pair(kNativeFirstIndex + 7, 1)));
}

TEST(ProtobufWriter, CountsWhatTheNativeBucketsHave) {
  std::vector<std::uint64_t> counts(kNativeBucketCount);
  counts[9] = 4;
  // A scrape between the two increments of an observation.
  const WrittenHistogram fewer(std::array<std::uint64_t, 3>{1, 1, 1}, counts);
  EXPECT_EQ(fewer.histogram().varint(1), 4U);
  EXPECT_THAT(fewer.buckets(), ElementsAre(Pair(0.5, 1U), Pair(1.0, 2U), Pair(kInfinity, 4U)));
  const WrittenHistogram more(std::array<std::uint64_t, 3>{4, 1, 0}, counts);
  EXPECT_THAT(more.buckets(), ElementsAre(Pair(0.5, 4U), Pair(1.0, 4U), Pair(kInfinity, 4U)));
}

// Prometheus takes a histogram for a native one by its threshold.
TEST(ProtobufWriter, IsNativeBeforeTheFirstObservation) {
  const std::vector<std::uint64_t> counts(kNativeBucketCount);
  const WrittenHistogram written(std::array<std::uint64_t, 3>{}, counts);
  EXPECT_TRUE(written.histogram().has(6));
  EXPECT_FALSE(written.histogram().has(12));
}

}  // namespace
}  // namespace wayside::metrics
