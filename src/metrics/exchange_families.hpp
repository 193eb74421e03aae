// The families about exchanges under one naming: requests, durations, bytes, and what was asked for beyond.
#pragma once

namespace wayside::metrics {

class BoundTexts;
class ExchangeTexts;
class SeriesOrder;
class TextWriter;
class WorkerLayout;
struct ExchangeNames;
struct Snapshot;

// What they are written from. All of it is up to date with the snapshot.
struct ExchangeSource {
  const Snapshot& snapshot;
  const SeriesOrder& order;
  BoundTexts& bounds;
  const ExchangeNames& names;
  const ExchangeTexts& texts;
  const WorkerLayout& worker_layout;
};

void write_exchange_families(const ExchangeSource& source, TextWriter& writer);

}  // namespace wayside::metrics
