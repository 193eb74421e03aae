# Runs at the time of installation. `config` is the folder of that name in the sources, `documents` that of the build.
set(prefix ${CMAKE_INSTALL_PREFIX})
if(prefix STREQUAL "/usr")
  set(etc /etc)
  set(zsh ${prefix}/share/zsh/vendor-completions)  # Debian's, for packages
else()
  set(etc ${prefix}/etc)
  set(zsh ${prefix}/share/zsh/site-functions)
endif()

file(INSTALL ${documents}/_wayside DESTINATION ${zsh})
file(INSTALL ${config}/systemd/sysusers.conf DESTINATION ${prefix}/lib/sysusers.d RENAME wayside.conf)

# A configuration that is there belongs to the user.
if(NOT EXISTS $ENV{DESTDIR}${etc}/wayside/wayside.yaml)
  file(INSTALL ${config}/systemd/wayside.yaml DESTINATION ${etc}/wayside)
endif()

file(READ ${config}/systemd/wayside.service unit)
string(REPLACE /usr/bin/wayside ${prefix}/bin/wayside unit "${unit}")
string(REPLACE /etc/wayside ${etc}/wayside unit "${unit}")
string(RANDOM LENGTH 12 name)
set(draft ${documents}/${name})
file(WRITE ${draft}/wayside.service "${unit}")
file(INSTALL ${draft}/wayside.service DESTINATION ${prefix}/lib/systemd/system)
file(REMOVE_RECURSE ${draft})
