import { registerHooks } from 'node:module'

/** Preloaded by a test: as if the optional packages of the page of the queues were not installed. */
registerHooks({
  resolve(specifier, context, next) {
    if (!specifier.startsWith('@bull-board/')) return next(specifier, context)
    const error = new Error(`Cannot find package '${specifier}'`)
    throw Object.assign(error, { code: 'ERR_MODULE_NOT_FOUND' })
  },
})
