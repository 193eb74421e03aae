#include "metrics/naming_text.hpp"

#include "wayside/metrics/transport.hpp"

#include <fmt/format.h>

namespace wayside::metrics {
namespace {

constexpr unsigned kFirstStatus = 100;  // smaller ones are classes: see ChildKey

// "404", or "4xx".
std::string status_text(std::uint16_t status) {
  return fmt::format("{}{}", status, status < kFirstStatus ? "xx" : "");
}

// OpenTelemetry's error.type: the status of an error of the server's side, or the reason where no status was
// sent. Empty: no error. A status decides it, so that it adds no series.
std::string error_text(std::uint16_t status) {
  constexpr unsigned kFirstServerError = 500;
  constexpr unsigned kFirstServerErrorClass = 5;
  constexpr unsigned kClientLeft = 499;
  if (status == kClientLeft) return "client_aborted";
  const unsigned first_error = status < kFirstStatus ? kFirstServerErrorClass : kFirstServerError;
  return status < first_error ? "" : status_text(status);
}

std::string_view kind_text(StreamKind kind) noexcept {
  switch (kind) {
    case StreamKind::kEvents:
      return "events";
    case StreamKind::kUpgrade:
      break;
  }
  return "upgrade";
}

// Makes the list long enough. Elements move.
template <class Text>
Text& at(std::vector<Text>& texts, std::size_t index) {
  if (index >= texts.size()) texts.resize(index + 1);
  return texts[index];
}

}  // namespace

NamingText::NamingText(std::optional<Naming> naming, const Renaming& renaming,
                       std::span<const ExtraLabel> extra_labels, const SeriesRegistry& series)
    : naming_(naming), renaming_(renaming), extra_labels_(extra_labels), series_(series) {
  for (FamilyId id = 0; id < kFamilyCount; ++id)
    names_[id] = renamed_family((naming ? kFamilies[id].in(*naming) : kFamilies[id].own).name, renaming);
}

TransportLabels NamingText::transport_labels(FamilyId id) const noexcept {
  return naming_ && series_.has_transports() ? kFamilies[id].in(*naming_).transport : TransportLabels::kNone;
}

std::size_t NamingText::variants_of_series(FamilyId id) const noexcept {
  if (!series_.has_transports()) return 1;
  switch (transport_labels(id)) {
    case TransportLabels::kNone:
      return kTransportCount;
    case TransportLabels::kScheme:
      return kHttpVersionCount;
    case TransportLabels::kSchemeAndVersion:
      break;
  }
  return 1;
}

HistogramLabels& NamingText::cached(FamilyId id, const Child& child, std::size_t index) {
  const TransportLabels transport = transport_labels(id);
  auto& texts = children_[static_cast<std::size_t>(child.key.scope)][static_cast<std::size_t>(transport)];
  HistogramLabels& text = at(texts, index);
  if (text.labels.empty()) text.labels = labels_of(child.key, child.key.scope, transport).text();
  return text;
}

const HistogramLabels& NamingText::histogram_labels(FamilyId id, const Child& child, std::size_t index) {
  HistogramLabels& text = cached(id, child, index);
  if (text.before_bound.empty())
    text = labels_of(child.key, child.key.scope, transport_labels(id)).around_bound();
  return text;
}

const std::string& NamingText::labels_with(FamilyId id, std::size_t value, const Child& child,
                                           std::size_t index) {
  const Label& label = kFamilies[id].label;
  std::string& text = at(with_values_[id], index * label.value_count() + value);
  if (text.empty()) {
    LabelSet labels = labels_of(child.key, kFamilies[id].scope, transport_labels(id));
    text = labels.add(renamed_label(label.name, renaming_), label.values[value]).text();
  }
  return text;
}

std::string NamingText::label_alone(const Label& label, std::string_view value) const {
  return LabelSet().add(renamed_label(label.name, renaming_), value).text();
}

LabelSet NamingText::labels_of(const ChildKey& key, Scope scope, TransportLabels transport) const {
  LabelSet labels;
  const auto add = [&](std::string_view name, std::string_view value) {
    labels.add(renamed_label(name, renaming_), value);
  };
  const ExchangeLabels names = exchange_labels(naming_.value_or(Naming::kHttp));
  add(scope == Scope::kMethod || scope == Scope::kStatus ? names.endpoint : kEndpointLabel,
      series_.label(key.endpoint));
  if (scope == Scope::kStream) add(kKindLabel, kind_text(key.kind));
  if (scope == Scope::kStatus) {
    add(names.status, status_text(key.status));
    const std::string error = names.error.empty() ? "" : error_text(key.status);
    if (!error.empty()) add(names.error, error);
  }
  if (scope != Scope::kMethod && scope != Scope::kStatus) return labels;
  add(names.method, key.method == Method::unknown ? names.other_method : method_label(key.method));
  // The overflow endpoint has one variant, whatever the transports.
  if (transport != TransportLabels::kNone && key.endpoint != kOverflowEndpoint) {
    add(names.scheme, to_text(transport_of(key.variant).scheme));
    if (transport == TransportLabels::kSchemeAndVersion)
      add(names.version, to_text(transport_of(key.variant).version));
  }
  // The last label is the lowest digit of what is left of the variant: see add_choice().
  std::size_t rest = key.variant / (series_.has_transports() ? kTransportCount : 1);
  for (std::size_t i = extra_labels_.size(); i-- > 0;) {
    const ExtraLabel& extra = extra_labels_[i];
    add(extra.name, extra.text(rest % extra.choice_count()));
    rest /= extra.choice_count();
  }
  return labels;
}

}  // namespace wayside::metrics
