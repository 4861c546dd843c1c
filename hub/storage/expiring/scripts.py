"""The atomic steps of the Redis store, in Lua. All keys share the hash tag {gapura}, so that a Cluster keeps them in one slot.

Records are laid out as in records.py. A guard key holds its value; while closed `value!deadline`, the deadline in milliseconds of the
server's own clock. Every script begins with the same functions; each is one round trip.
"""

from __future__ import annotations

RECORD = b"{gapura}:"
GUARD = b"{gapura}g:"
COUNTER = b"{gapura}c:"

PRELUDE = """
local function stands(rec)
  local n = string.byte(rec, 1)
  if n == 0 then return 2 end
  local at, names, wanted = 2, {}, {}
  for i = 1, n do
    local stop = at + string.byte(rec, at)
    names[i] = '{gapura}g:' .. string.sub(rec, at + 1, stop)
    at = stop + 1
    stop = at + string.byte(rec, at)
    wanted[i] = string.sub(rec, at + 1, stop)
    at = stop + 1
  end
  local have = redis.call('MGET', unpack(names))
  for i = 1, n do
    local value = have[i] or '0'
    if value ~= wanted[i] then
      local mark = string.find(value, '!', 1, true)
      if not mark or string.sub(value, 1, mark - 1) ~= wanted[i] then return false end
      local time = redis.call('TIME')
      if time[1] * 1000 + math.floor(time[2] / 1000) < tonumber(string.sub(value, mark + 1)) then return false end
    end
  end
  return at
end
local function spent(rec) return string.byte(rec, 1) == 255 end
local function write(key, ttl, rec)
  if tonumber(ttl) > 0 then redis.call('SET', key, rec, 'EX', ttl) else redis.call('DEL', key) end
end
"""

GET = """
local rec = redis.call('GET', KEYS[1])
if not rec or spent(rec) then return false end
local at = stands(rec)
return at and string.sub(rec, at)
"""

PUT = """
for i = 1, #KEYS do if not stands(ARGV[2 * i]) then return 0 end end
for i = 1, #KEYS do write(KEYS[i], ARGV[2 * i - 1], ARGV[2 * i]) end
return 1
"""

PUT_IF_ABSENT = """
local rec = redis.call('GET', KEYS[1])
if rec and (spent(rec) or stands(rec)) then return 0 end
if not stands(ARGV[2]) then return 0 end
write(KEYS[1], ARGV[1], ARGV[2])
return 1
"""

TAKE = """
local rec = redis.call('GET', KEYS[1])
if not rec or spent(rec) then return false end
local at = stands(rec)
if not at then return false end
redis.call('DEL', KEYS[1])
return string.sub(rec, at)
"""

SPEND = """
local rec = redis.call('GET', KEYS[1])
if not rec then return '' end
if spent(rec) then return string.sub(rec, 2) end
if not stands(rec) then return '' end
for i = 2, #KEYS do if not stands(ARGV[2 * i - 1]) then return '' end end
redis.call('SET', KEYS[1], string.char(255) .. ARGV[1], 'KEEPTTL')
for i = 2, #KEYS do write(KEYS[i], ARGV[2 * i - 2], ARGV[2 * i - 1]) end
return false
"""

GUARDS = """
local have = redis.call('MGET', unpack(KEYS))
local now
for i = 1, #KEYS do
  local value = have[i] or '0'
  local mark = string.find(value, '!', 1, true)
  if mark then
    if not now then
      local time = redis.call('TIME')
      now = time[1] * 1000 + math.floor(time[2] / 1000)
    end
    if now < tonumber(string.sub(value, mark + 1)) then mark = mark + 1 end
    value = string.sub(value, 1, mark - 1)
  end
  have[i] = value
end
return have
"""

CLOSE = """
local time = redis.call('TIME')
local deadline = string.format('%.0f', (time[1] + ARGV[1]) * 1000 + math.floor(time[2] / 1000))
for i = 1, #KEYS do redis.call('SET', KEYS[i], ARGV[i + 2] .. '!' .. deadline, 'EX', ARGV[2]) end
return 1
"""

MOVE = """
for i = 1, #KEYS do redis.call('SET', KEYS[i], ARGV[i + 1], 'EX', ARGV[1]) end
return 1
"""

INCREMENT = """
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return count
"""

SCRIPTS = {
    name: (PRELUDE + body).encode()
    for name, body in {
        "get": GET,
        "put": PUT,
        "put_if_absent": PUT_IF_ABSENT,
        "take": TAKE,
        "spend": SPEND,
        "guards": GUARDS,
        "close": CLOSE,
        "move": MOVE,
        "increment": INCREMENT,
    }.items()
}
