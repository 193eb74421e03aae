#include "app/certificates.hpp"

#include "wayside/app/process.hpp"

#include <algorithm>
#include <compare>
#include <fmt/format.h>
#include <new>
#include <sys/stat.h>
#include <utility>

namespace wayside::app {
Certificates::Certificates(std::vector<config::ListenSpec> listen) : listen_(std::move(listen)) {}

Certificates::~Certificates() {
  stop();
}

Checked<void, StartError> Certificates::open() {
  opened_ = states();
  auto loaded = read(listen_);
  if (!loaded) return StartError{loaded.error().message};
  for (const auto& context : loaded->of_listener)
    current_.push_back(context == nullptr ? nullptr : std::make_shared<tls::CurrentContext>(context));
  return {};
}

Checked<Certificates::Loaded, tls::LoadError> Certificates::read(
    const std::vector<config::ListenSpec>& listen) const {
  Loaded loaded{listen, {}};
  for (const config::ListenSpec& spec : listen) {
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
  return loaded;
}

void Certificates::use(Loaded next) noexcept {
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < std::min(current_.size(), next.of_listener.size()); ++i) {
    if (current_[i] != nullptr && next.of_listener[i] != nullptr)
      current_[i]->replace(std::move(next.of_listener[i]));
  }
  listen_.swap(next.listen);
}

// Inherited sockets may be more than the settings name; the last setting is theirs.
proxy::Entrance Certificates::entrance_of(std::size_t listener) const {
  const std::lock_guard lock(mutex_);
  const std::size_t index = std::min(listener, listen_.size() - 1);
  return {listen_[index].proxy_protocol, current_[index]};
}

metrics::ExpositionOptions::Expiries Certificates::expiries() const {
  metrics::ExpositionOptions::Expiries expiries;
  for (const auto& current : current_) {
    if (current == nullptr) continue;
    const auto context = current->get();
    for (const tls::ServerContext::Certificate& certificate : context->certificates()) {
      const auto [entry, is_new] = expiries.try_emplace(certificate.name, certificate.expires);
      if (!is_new) entry->second = std::min(entry->second, certificate.expires);
    }
  }
  return expiries;
}

std::vector<std::string> Certificates::files() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> files;
  for (const config::ListenSpec& spec : listen_) {
    if (!spec.tls) continue;
    for (const tls::CertificateFiles& each : spec.tls->certificates)
      files.insert(files.end(), {each.cert, each.key, each.ocsp});
    files.push_back(spec.tls->client_ca);
  }
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
  if (files().empty()) return;
  on_change_ = std::move(on_change);
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
  std::vector<FileState> in_force = std::move(opened_);
  std::vector<FileState> before = in_force;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      if (stopped_.wait_for(lock, kInterval, [this] { return is_stopped_; })) return;
    }
    try {
      std::vector<FileState> now = states();
      const bool is_settled = now == before;
      before = std::move(now);
      if (!is_settled || before == in_force) continue;
      in_force = before;
      read_again();
    } catch (const std::bad_alloc&) {
      // The next turn tries again.
    }
  }
}

void Certificates::read_again() {
  std::vector<config::ListenSpec> listen;
  {
    const std::lock_guard lock(mutex_);
    listen = listen_;
  }
  auto loaded = read(listen);
  if (!loaded) return on_change_(loaded.error());
  use(*std::move(loaded));
  on_change_({});
}

}  // namespace wayside::app
