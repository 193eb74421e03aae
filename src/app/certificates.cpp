#include "app/certificates.hpp"

#include "wayside/app/process.hpp"
#include "wayside/config/difference.hpp"

#include <algorithm>
#include <exception>
#include <fmt/format.h>
#include <new>
#include <sys/stat.h>
#include <utility>

namespace wayside::app {
Certificates::Certificates(Options options) : options_(std::move(options)) {}

Certificates::~Certificates() {
  stop();
}

Checked<void, StartError> Certificates::open() {
  opened_ = states();
  auto loaded = read(options_);
  if (!loaded) return StartError{loaded.error().message};
  for (const auto& context : loaded->of_listener)
    current_.push_back(context == nullptr ? nullptr : std::make_shared<tls::CurrentContext>(context));
  of_metrics_ = std::move(loaded->of_metrics);
  return {};
}

Checked<Certificates::Loaded, tls::LoadError> Certificates::read(Options next) const {
  Loaded loaded = in_force();
  if (config::differ_in_tls_alone(loaded.options.listen, next.listen))
    loaded.options.listen = std::move(next.listen);
  loaded.options.metrics = std::move(next.metrics);
  for (const config::ListenSpec& spec : loaded.options.listen) {
    if (!spec.tls) {
      loaded.of_listener.push_back(nullptr);
      continue;
    }
    auto context = tls::ServerContext::load(*spec.tls, tickets_);
    if (!context) {
      return tls::LoadError{
          fmt::format("the certificates of {}: {}", to_string(spec.address), context.error().message)};
    }
    loaded.of_listener.push_back(*std::move(context));
  }
  if (loaded.options.metrics) {
    // Tickets of its own, and new ones each time: one from elsewhere, or from before, would let a client
    // resume that was never asked for the certificate that this listener asks for.
    auto context = tls::ServerContext::load(*loaded.options.metrics, std::make_shared<tls::TicketKeys>());
    if (!context)
      return tls::LoadError{
          fmt::format("the certificates of the metrics listener: {}", context.error().message)};
    loaded.of_metrics = std::make_shared<tls::CurrentContext>(*std::move(context));
  }
  return loaded;
}

Certificates::Loaded Certificates::in_force() const {
  const std::lock_guard lock(mutex_);
  return {.options = options_, .of_listener = {}, .of_metrics = {}, .follows = generation_};
}

void Certificates::use(Loaded next) noexcept {
  {
    const std::lock_guard lock(mutex_);
    put_in_force(next);
  }
  try {
    watch_files_if_any();
  } catch (const std::exception&) {
    // Without memory or a thread, the files are read again with the next reload alone.
  }
}

void Certificates::put_in_force(Loaded& next) noexcept {
  ++generation_;
  if (of_metrics_ != nullptr && next.of_metrics != nullptr) {
    of_metrics_->replace(next.of_metrics->get());
  } else {
    of_metrics_.swap(next.of_metrics);
  }
  for (std::size_t i = 0; i < std::min(current_.size(), next.of_listener.size()); ++i) {
    if (current_[i] != nullptr && next.of_listener[i] != nullptr)
      current_[i]->replace(std::move(next.of_listener[i]));
  }
  std::swap(options_, next.options);
}

std::shared_ptr<const tls::CurrentContext> Certificates::of_metrics() const {
  const std::lock_guard lock(mutex_);
  return of_metrics_;
}

// Inherited sockets may be more than the settings name; the last setting is theirs.
proxy::Entrance Certificates::entrance_of(std::size_t listener) const {
  const std::lock_guard lock(mutex_);
  const std::size_t index = std::min(listener, options_.listen.size() - 1);
  return {options_.listen[index].proxy_protocol, current_[index]};
}

metrics::ExpositionOptions::Expiries Certificates::expiries() const {
  metrics::ExpositionOptions::Expiries expiries;
  const auto add = [&](const std::shared_ptr<const tls::CurrentContext>& current) {
    if (current == nullptr) return;
    const auto context = current->get();
    for (const tls::ServerContext::Certificate& certificate : context->certificates()) {
      const auto [entry, is_new] = expiries.try_emplace(certificate.name, certificate.expires);
      if (!is_new) entry->second = std::min(entry->second, certificate.expires);
    }
  };
  for (const auto& current : current_)
    add(current);
  add(of_metrics());
  return expiries;
}

std::vector<std::string> Certificates::files() const {
  std::vector<std::string> files;
  const auto add = [&](const std::optional<tls::ServerOptions>& options) {
    if (!options) return;
    for (const tls::CertificateFiles& each : options->certificates)
      files.insert(files.end(), {each.cert, each.key, each.ocsp});
    files.push_back(options->client_ca);
  };
  const std::lock_guard lock(mutex_);
  for (const config::ListenSpec& spec : options_.listen)
    add(spec.tls);
  add(options_.metrics);
  std::erase(files, std::string());
  return files;
}

Certificates::FileState Certificates::state_of(const std::string& file) noexcept {
  struct stat found {};
  if (::stat(file.c_str(), &found) != 0) return {};
  return {found.st_dev, found.st_ino, found.st_size, found.st_mtim.tv_sec, found.st_mtim.tv_nsec};
}

std::vector<Certificates::FileState> Certificates::states() const {
  const std::vector<std::string> names = files();
  std::vector<FileState> states(names.size());
  std::ranges::transform(names, states.begin(), state_of);
  return states;
}

void Certificates::start(std::function<void(Checked<void, tls::LoadError>)> on_change) {
  on_change_ = std::move(on_change);
  watch_files_if_any();
}

void Certificates::watch_files_if_any() {
  if (thread_.joinable() || !on_change_ || files().empty()) return;
  thread_ = std::thread([this] {
    give_way_to_other_threads();
    watch();
  });
}

void Certificates::stop() {
  {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
  }
  stopped_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Certificates::watch() {
  std::vector<FileState> known = std::move(opened_);  // those that were read
  std::vector<FileState> before = known;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      if (stopped_.wait_for(lock, kInterval, [this] { return is_stopped_; })) return;
    }
    try {
      std::vector<FileState> now = states();
      const bool is_settled = now == before;
      before = std::move(now);
      if (!is_settled || before == known) continue;
      read_again();
      known = before;
    } catch (const std::bad_alloc&) {
      // The next turn tries again.
    }
  }
}

// A reload that came in between has read the same files.
void Certificates::read_again() {
  const Loaded current = in_force();
  auto loaded = read(current.options);
  if (!loaded) return on_change_(loaded.error());
  {
    const std::lock_guard lock(mutex_);
    if (current.follows != generation_) return;
    put_in_force(*loaded);
  }
  on_change_({});
}

}  // namespace wayside::app
