#include "wayside/config/reference.hpp"

#include "config/command_line.hpp"
#include "config/setting.hpp"
#include "config/yaml_routes.hpp"

namespace wayside::config {

Reference reference() {
  Reference all{{}, option_texts(), command_texts(), route_key_texts()};
  for (const Setting& setting : settings()) {
    SettingText text{setting.key, setting.accepted().text, default_of(setting), setting.help, {}, {}};
    if (setting.has_flag()) {
      text.flag = fmt::format("--{}", setting.flag.name);
      text.variable = variable_of(setting);
    }
    all.settings.push_back(std::move(text));
  }
  return all;
}

}  // namespace wayside::config
