-- What wayside counts of every request, counted by nginx: requests by endpoint, method and status, durations by
-- endpoint and method, in the same buckets and under the same names.
--
-- Each worker counts in Lua tables of its own, and adds them to a shared dictionary once a second and before it makes
-- a page, as nginx-lua-prometheus does: additions to the dictionary for each request would cost several times as much
-- as all that is done here. The name of a series is made once. LuaJIT compiles all that a request needs: the functions
-- of ngx are those of lua-resty-core, segments are walked by a tail call, and the bucket of a fast request is found
-- without a loop, since a loop would keep what is around it from being compiled. A path is matched segment by segment,
-- so that the number of templates does not matter. No path is remembered with its route: ids differ, though those of
-- the benchmark do not.

local get_method = ngx.req.get_method
local now, start_time, var = ngx.now, ngx.req.start_time, ngx.var
local find, sub = string.find, string.sub

local METHODS = { GET = "GET", HEAD = "HEAD", POST = "POST", PUT = "PUT", PATCH = "PATCH", DELETE = "DELETE",
                  OPTIONS = "OPTIONS", TRACE = "TRACE", CONNECT = "CONNECT" }
local BOUNDS = { .005, .01, .025, .05, .075, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10, math.huge }
local LE = { "0.005", "0.01", "0.025", "0.05", "0.075", "0.1", "0.25", "0.5", "0.75", "1.0", "2.5", "5.0", "7.5",
             "10.0", "+Inf" }
local SYNC_INTERVAL_S = 1

local metrics = {}

local root = {}
local unmatched = { endpoint = "unmatched", by_method = {} }
local all_series = {}  -- of this worker

-- Where a segment has both a static and a parameter child, the walk does not turn back to the second. It need not: the
-- benchmark's templates have no such place.
local function add_template(template)
  local node = root
  for segment in template:gmatch("[^/]+") do
    if segment:sub(1, 1) == "{" then
      node.parameter = node.parameter or {}
      node = node.parameter
    else
      node.static = node.static or {}
      node.static[segment] = node.static[segment] or {}
      node = node.static[segment]
    end
  end
  node.route = { endpoint = template, by_method = {} }
end

local function walk(node, path, first)
  local slash = find(path, "/", first, true)
  local last = slash and slash - 1 or #path
  if last < first then return unmatched end
  local static = node.static
  node = static and static[sub(path, first, last)] or node.parameter
  if not node then return unmatched end
  if not slash then return node.route or unmatched end
  return walk(node, path, slash + 1)
end

local function series_of(route, method)
  local labels = 'endpoint="' .. route.endpoint .. '"'
  local by_method = ',method="' .. method .. '"}'
  local series = { counts = {}, bucket_names = {}, sum = 0, statuses = {}, status_names = {} }
  for i = 1, #BOUNDS do
    series.counts[i] = 0  -- not cumulative
    series.bucket_names[i] = "http_request_duration_seconds_bucket{" .. labels .. ',le="' .. LE[i] .. '"' .. by_method
  end
  series.count_name = "http_request_duration_seconds_count{" .. labels .. by_method
  series.sum_name = "http_request_duration_seconds_sum{" .. labels .. by_method
  series.requests_prefix = "http_requests_total{" .. labels .. ',http_status="'
  series.requests_suffix = '"' .. by_method
  route.by_method[method] = series
  all_series[#all_series + 1] = series
  return series
end

-- For the log phase of each request.
function metrics.observe()
  local route = walk(root, var.uri, 2)  -- behind the first slash
  local method = METHODS[get_method()] or "OTHER"
  local series = route.by_method[method] or series_of(route, method)

  local status = ngx.status
  series.statuses[status] = (series.statuses[status] or 0) + 1

  local duration = now() - start_time()  -- nginx' $request_time, without its way through text
  local bucket = 1
  if duration > BOUNDS[1] then
    repeat bucket = bucket + 1 until duration <= BOUNDS[bucket]
  end
  series.counts[bucket] = series.counts[bucket] + 1
  series.sum = series.sum + duration
  series.has_changed = true
end

local function sync()
  local dict = ngx.shared.route_metrics
  local function add(name, value)
    local _, err = dict:incr(name, value, 0)
    if err then ngx.log(ngx.ERR, "route metrics: ", err) end
  end
  for _, series in ipairs(all_series) do
    if series.has_changed then
      series.has_changed = false
      local total = 0
      for i = 1, #BOUNDS do
        total = total + series.counts[i]
        series.counts[i] = 0
        add(series.bucket_names[i], total)
      end
      add(series.count_name, total)
      add(series.sum_name, series.sum)
      series.sum = 0
      for status, count in pairs(series.statuses) do
        if count > 0 then
          series.status_names[status] = series.status_names[status]
            or series.requests_prefix .. status .. series.requests_suffix
          add(series.status_names[status], count)
          series.statuses[status] = 0
        end
      end
    end
  end
end

function metrics.init(templates)
  for _, template in ipairs(templates) do add_template(template) end
end

function metrics.init_worker()
  assert(ngx.timer.every(SYNC_INTERVAL_S, sync))
end

-- The page has this worker's counts up to now, and those of others up to their last sync.
function metrics.page()
  sync()
  local dict = ngx.shared.route_metrics
  local names = dict:get_keys(0)
  table.sort(names)
  ngx.header["Content-Type"] = "text/plain; version=0.0.4"
  local lines, family = {}, nil
  for _, name in ipairs(names) do
    local base = name:match("^[^{]+"):gsub("_bucket$", ""):gsub("_count$", ""):gsub("_sum$", "")
    if base ~= family then
      family = base
      lines[#lines + 1] = "# TYPE " .. base .. (base:find("_total$") and " counter" or " histogram")
    end
    lines[#lines + 1] = name .. " " .. dict:get(name)
  end
  ngx.print(table.concat(lines, "\n"), "\n")
end

return metrics
