-- Shared by the scripts: the meta of a room, and whether anything may be decided with it.
-- Returns the fields as a table and a reason: 'absent' (nothing is known of the room), 'stale' (written under another
-- incarnation of this Redis, or an epoch change is under way), or nil when the meta is good.
local function read_meta(key)
  local flat = redis.call('HGETALL', key)
  if #flat == 0 then return {}, 'absent' end
  local meta = {}
  for i = 1, #flat, 2 do meta[flat[i]] = flat[i + 1] end
  if meta.hold or meta.run ~= string.match(redis.call('INFO', 'server'), 'run_id:(%x+)') then return meta, 'stale' end
  for _, field in ipairs({ 'epoch', 'head', 'base', 'bytes', 'at', 'sentSince', 'turnedAt', 'olderLast', 'rotation' }) do
    meta[field] = tonumber(meta[field])
  end
  return meta, nil
end

-- Milliseconds since the Unix epoch, by this Redis.
local function now_ms()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

-- Whole numbers as text: Lua would write large ones as 1.7e+12.
local function int(number)
  return string.format('%d', number)
end
