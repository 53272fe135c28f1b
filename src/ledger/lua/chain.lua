-- Shared by append and close: puts entries at the end of the room, all of them at one time. Answers with a function that puts one
-- there: `chained` is `sender|id|kind|hash`, `form` is its stored form without the place (entry.ts). It returns the stored form and the seq
-- as text. Head, at, bytes and digest change in the meta table; the caller writes them back.
local function chain_at(meta, now)
  meta.at = math.max(meta.at, now)
  local epoch, at = int(meta.epoch) .. '|', '|' .. int(meta.at) .. '|'
  return function(chained, form)
    meta.head = meta.head + 1
    local seq = int(meta.head)
    local place = epoch .. seq .. at
    meta.digest = redis.sha1hex(meta.digest .. '|' .. place .. chained)
    local stored = place .. form
    meta.bytes = meta.bytes + #stored
    return stored, seq
  end
end

local function write_head(key, meta, ...)
  redis.call('HSET', key, 'head', int(meta.head), 'at', int(meta.at), 'bytes', int(meta.bytes), 'digest', meta.digest, ...)
end
