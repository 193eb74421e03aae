-- What wrk sends and how it reports. One argument: the bytes of a request body; 0 leaves the request a GET.

function init(args)
  local body_bytes = tonumber(args[1])
  if body_bytes > 0 then
    wrk.method = "PUT"
    wrk.body = string.rep("x", body_bytes)
  end
end

-- One line of JSON, after wrk's own report.
function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "seconds": %.6f, "p99_us": %d, ' ..
    '"errors": {"connect": %d, "read": %d, "write": %d, "status": %d, "timeout": %d}}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(99),
    errors.connect, errors.read, errors.write, errors.status, errors.timeout))
end
