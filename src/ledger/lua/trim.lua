-- trim: drops everything up to a seq that MySQL has committed; nothing if that already happened. Never by count: a second
-- flusher that is late would drop what nobody stored.
--
-- KEYS  1 meta  2 buffer  3 dirty  4 live (channel)
-- ARGV  1 room  2 epoch  3 seq
-- Returns { 'absent' }, { 'stale' }, or { 'ok', base }

local meta, reason = read_meta(KEYS[1])
if reason then return { reason } end
local seq = tonumber(ARGV[3])
if int(meta.epoch) ~= ARGV[2] or seq > meta.head then return { 'stale' } end
if seq <= meta.base then return { 'ok', int(meta.base) } end

local gone = redis.call('LRANGE', KEYS[2], 0, seq - meta.base - 1)
local bytes = meta.bytes
for _, stored in ipairs(gone) do bytes = bytes - #stored end
redis.call('LTRIM', KEYS[2], #gone, -1)
redis.call('HSET', KEYS[1], 'base', int(seq), 'bytes', int(bytes))
local oldest = redis.call('LINDEX', KEYS[2], 0)
if oldest then
  redis.call('ZADD', KEYS[3], string.match(oldest, '^%d+|%d+|(%d+)'), ARGV[1])
else
  redis.call('ZREM', KEYS[3], ARGV[1])
end
redis.call('PUBLISH', KEYS[4], 'S' .. ARGV[2] .. ':' .. int(seq))
return { 'ok', int(seq) }
