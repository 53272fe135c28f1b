-- look: the meta as it is, without judging it, for the epoch change.
--
-- KEYS  1 meta
-- Returns { run id of this Redis, field, value, field, value … }

local answer = redis.call('HGETALL', KEYS[1])
table.insert(answer, 1, string.match(redis.call('INFO', 'server'), 'run_id:(%x+)'))
return answer
