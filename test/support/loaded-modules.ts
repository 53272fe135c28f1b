import { registerHooks } from 'node:module'

/** A module that the process has loaded, and the first that asked for it. */
export interface Loaded {
  url: string
  from: string
}

/**
 * Loaded before a server or a worker (`node --import`): tells its parent, when asked, which modules the process has loaded, and keeps it
 * from finding those whose names begin as `WITHOUT_MODULES` says, separated by commas.
 */
const loaded = new Map<string, Loaded>()
const without = (process.env['WITHOUT_MODULES'] ?? '').split(',').filter(Boolean)

registerHooks({
  resolve(specifier, context, next) {
    if (without.some((name) => specifier.startsWith(name))) {
      throw Object.assign(new Error(`Cannot find package '${specifier}'`), { code: 'ERR_MODULE_NOT_FOUND' })
    }
    const found = next(specifier, context)
    if (!loaded.has(found.url)) loaded.set(found.url, { url: found.url, from: context.parentURL ?? '' })
    return found
  },
})

process.on('message', (message) => {
  if (message === 'modules') process.send?.([...loaded.values()])
})
process.channel?.unref()
