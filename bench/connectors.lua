-- wrk script: sends the lines of the file WORK one after another, each `METHOD<tab>PATH<tab>CONTENT-TYPE<tab>BODY`, and counts answers
-- that do not contain MARK in their body, their Location or the header SEEN_IN. HEADERS go with each, one a line. A file of one line is sent again and again; of more lines each is sent once, and running out is wrong.
local e = os.getenv
local mark, seen_in = e("MARK"), e("SEEN_IN") or "location"
local lines, next_line, threads = {}, 0, {}
wrong, why, answered = 0, "", 0

function setup(thread) table.insert(threads, thread) end

function init()
  for line in io.lines(e("WORK")) do
    local method, path, kind, body = line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)$")
    local headers = kind ~= "" and { ["Content-Type"] = kind } or {}
    for name, value in (e("HEADERS") or ""):gmatch("([^:\n]+): ([^\n]*)") do headers[name] = value end
    lines[#lines + 1] = wrk.format(method, path, headers, body ~= "" and body or nil)
  end
end

-- PAUSE_MS between an answer and the next request of a connection: a load below the most, at which waiting times mean something.
local pause = tonumber(e("PAUSE_MS") or "0")
if pause > 0 then function delay() return pause end end

function request()
  next_line = next_line % #lines + 1
  return lines[next_line]
end

function response(status, headers, body)
  answered = answered + 1
  local text = body .. (headers[seen_in] or headers["Location"] or headers["location"] or "")
  if not text:find(mark, 1, true) then wrong = wrong + 1; why = status .. " " .. text:gsub("%s+", " "):sub(1, 200) end
end

function done(summary, latency)
  local w, sample = 0, ""
  for _, t in ipairs(threads) do
    w = w + t:get("wrong")
    if t:get("why") ~= "" then sample = t:get("why") end
  end
  io.write(string.format("RESULT rps=%.0f flows_per_s=0 p50_ms=%.2f p99_ms=%.2f wrong=%d socket_errors=%d %s\n",
    summary.requests / (summary.duration / 1e6), latency:percentile(50) / 1000, latency:percentile(99) / 1000, w,
    summary.errors.timeout + summary.errors.read + summary.errors.write + summary.errors.connect, sample))
end
