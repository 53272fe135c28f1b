-- rebase: installs what MySQL decided as the beginning of an epoch. Applies only in the incarnation that was held, and only
-- while the hold is this epoch's. An epoch is installed once: a second time would drop what was appended since.
--
-- KEYS  1 meta  2 buffer  3 sent:0  4 sent:1  5 members  6 dirty  7 live (channel)
-- ARGV  1 room  2 run  3 epoch  4 state  5 stored seq  6 digest  7 at (ms)  8 speak  9 members version
--       10 '1' if nothing of the room was ever stored (then every id is still to come)
--       11 pace (ms)  12 rules version
--       then for each member: account, 'version:in' (see encodeMember)
-- Returns { 'ok' } or { 'stale' }

local run = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
local known = redis.call('HMGET', KEYS[1], 'hold', 'epoch')
if run ~= ARGV[2] or known[1] ~= ARGV[3] or known[2] == ARGV[3] then return { 'stale' } end

-- Never before the last entry, should the clock of this Redis be behind that of an earlier one.
local since = ARGV[10] == '1' and '0' or int(math.max(now_ms(), tonumber(ARGV[7])))
redis.call('UNLINK', KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5])
redis.call('ZREM', KEYS[6], ARGV[1])
redis.call('HSET', KEYS[1], 'run', run, 'epoch', ARGV[3], 'state', ARGV[4], 'head', ARGV[5], 'base', ARGV[5],
  'digest', ARGV[6], 'at', ARGV[7], 'speak', ARGV[8], 'membersVersion', ARGV[9], 'bytes', '0',
  'paceMs', ARGV[11], 'rulesVersion', ARGV[12],
  'sentSince', since, 'turnedAt', since, 'olderLast', ARGV[5], 'rotation', '0')
for i = 13, #ARGV, 2 do redis.call('HSET', KEYS[5], ARGV[i], ARGV[i + 1]) end
redis.call('PUBLISH', KEYS[7], 'N' .. ARGV[3])
return { 'ok' }
