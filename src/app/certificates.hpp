// The certificates of the listeners that speak TLS, that of metrics among them: read at the start, with each
// reload, and where a file has changed.
//
// A thread looks at the files each kInterval: a change is read once the files stay as they are for as long,
// since a certificate and its key are two files. Connections keep what they began with. Files that cannot be
// used change nothing.
#pragma once

#include "wayside/app/daemon.hpp"
#include "wayside/base/log.hpp"
#include "wayside/base/result.hpp"
#include "wayside/config/settings.hpp"
#include "wayside/metrics/exposition.hpp"
#include "wayside/proxy/entrance.hpp"
#include "wayside/tls/current_context.hpp"
#include "wayside/tls/ticket_keys.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <sys/types.h>
#include <thread>
#include <vector>

namespace wayside::app {

class Certificates {
 public:
  static constexpr std::chrono::milliseconds kInterval{500};

  // What they are read for.
  struct Options {
    std::vector<config::ListenSpec> listen;
    std::optional<tls::ServerOptions> metrics;  // none: plain bytes

    friend bool operator==(const Options&, const Options&) = default;
  };
  // Those of one configuration.
  struct Loaded {
    Options options;
    std::vector<std::shared_ptr<const tls::ServerContext>> of_listener;  // nullptr: plain bytes
    std::shared_ptr<tls::CurrentContext> of_metrics;                     // the same
    std::uint64_t follows = 0;  // the number of those that were in force
  };

  explicit Certificates(Options options);
  ~Certificates();  // stops
  Certificates(const Certificates&) = delete;
  Certificates& operator=(const Certificates&) = delete;

  // Reads the files of the start. Before the functions below. Throws std::bad_alloc.
  Checked<void, StartError> open();
  // For a reload: what `next` says about TLS. Of the listeners for clients, what is in force stays where they
  // differ otherwise; that of metrics may begin and end to speak TLS. Any thread.
  Checked<Loaded, tls::LoadError> read(Options next) const;
  // For connections that come from now on. On the thread that called start().
  void use(Loaded next) noexcept;

  // Of the metrics listener now; nullptr: plain bytes. Any thread.
  std::shared_ptr<const tls::CurrentContext> of_metrics() const;
  proxy::Entrance entrance_of(std::size_t listener) const;
  // Any thread.
  metrics::ExpositionOptions::Expiries expiries() const;

  // Begins to watch the files, once there are any. `on_change` is called on the thread that watches, with the
  // mistake where new files cannot be used. Throws std::system_error.
  void start(std::function<void(Checked<void, tls::LoadError>)> on_change);
  // Ends the thread, once its file system has answered.
  void stop();

 private:
  // What tells one state of a file from another, through the symbolic links that Kubernetes puts in front of
  // secrets. All zero where the file cannot be looked at.
  struct FileState {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = 0;
    std::int64_t seconds = 0;
    std::int64_t nanoseconds = 0;

    friend bool operator==(const FileState&, const FileState&) = default;
  };
  static FileState state_of(const std::string& file) noexcept;

  std::vector<std::string> files() const;
  std::vector<FileState> states() const;
  Loaded in_force() const;                   // without the contexts
  void put_in_force(Loaded& next) noexcept;  // under the mutex
  void watch_files_if_any();
  void watch();
  void read_again();

  const std::shared_ptr<tls::TicketKeys> tickets_ = std::make_shared<tls::TicketKeys>();
  std::vector<std::shared_ptr<tls::CurrentContext>> current_;  // by listener; nullptr: plain bytes
  std::function<void(Checked<void, tls::LoadError>)> on_change_;
  std::vector<FileState> opened_;  // what open() read, or older

  mutable std::mutex mutex_;  // guards the members below
  Options options_;           // that are in force
  std::uint64_t generation_ = 0;
  std::shared_ptr<tls::CurrentContext> of_metrics_;
  bool is_stopped_ = false;
  std::condition_variable stopped_;
  std::thread thread_;
};

}  // namespace wayside::app
