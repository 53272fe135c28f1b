-- hold: an epoch change begins; from here append, close, trim and sleep answer 'stale' until rebase.
--
-- KEYS  1 meta
-- ARGV  1 epoch to come
-- Returns the run id of this Redis

redis.call('HSET', KEYS[1], 'hold', ARGV[1])
return string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
