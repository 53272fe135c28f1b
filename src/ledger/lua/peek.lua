-- peek: where the room stands, and up to `limit` entries of its buffer after a seq.
--
-- KEYS  1 meta  2 buffer
-- ARGV  1 after (seq)  2 limit
-- Returns { 'absent' } or { 'stale' }, else { 'ok', epoch, state, base, head, digest, at, entries }

local meta, reason = read_meta(KEYS[1])
if reason then return { reason } end

local from = math.max(tonumber(ARGV[1]) - meta.base, 0)
local limit = tonumber(ARGV[2])
local entries = {}
if limit > 0 then entries = redis.call('LRANGE', KEYS[2], from, from + limit - 1) end
return { 'ok', int(meta.epoch), meta.state, int(meta.base), int(meta.head), meta.digest, int(meta.at), entries }
