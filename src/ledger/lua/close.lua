-- close: makes *closed* the last entry of the room. Repeating it answers the same.
--
-- KEYS  1 meta  2 buffer  3 dirty  4 live (channel)
-- ARGV  1 room  2 hash of the payload  3 payload
-- Returns { 'absent' } or { 'stale' }, else { 'ok', epoch, head, digest }

local meta, reason = read_meta(KEYS[1])
if reason then return { reason } end

if meta.state ~= 'closed' then
  if meta.head == meta.base then redis.call('ZADD', KEYS[3], int(now_ms()), ARGV[1]) end
  local facts = '0|!closed|closed'
  local stored = chain_at(meta, now_ms())(facts .. '|' .. ARGV[2], facts .. '||' .. ARGV[2] .. '|' .. ARGV[3])
  write_head(KEYS[1], meta)
  redis.call('HSET', KEYS[1], 'state', 'closed')
  redis.call('RPUSH', KEYS[2], stored)
  redis.call('PUBLISH', KEYS[4], 'E' .. stored)
end
return { 'ok', int(meta.epoch), int(meta.head), meta.digest }
