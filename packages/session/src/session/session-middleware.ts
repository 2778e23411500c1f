import { defineMiddleware, isPromiseLike } from '@arlen/core'
import type { Context, Middleware } from '@arlen/http'
import { setRequestSession } from '../context.ts'
import { keepPersonal, keepPrivate } from './cache-privacy.ts'
import { RequestSession } from './request-session.ts'
import { type SessionOptions, sessionSettings } from './session-settings.ts'

/**
 * Gives contexts of {@link withSession} `c.session`, `c.flash()`, `c.csrfToken()` and `c.csrfField()`. The session is
 * opened
 * when one of them is first used and, if it changed, written to the same response. Requests that use none of them pay
 * almost nothing.
 *
 * Keys are derived and options validated here, once.
 *
 * @throws ArlenError `secrets_invalid`.
 */
export function session(options: SessionOptions): Middleware {
  const settings = sessionSettings(options)
  const { store } = settings
  return defineMiddleware(
    'session()',
    next => c => {
      const scope = new RequestSession(settings, c)
      setRequestSession(c, scope)
      const loading = store && scope.load(store)
      return loading ? loading.then(() => run(next, c, scope)) : run(next, c, scope)
    },
    'Use expressSession() of @arlen/session/express or fastifySession of @arlen/session/fastify.',
  )
}

function run(next: (c: Context) => unknown, c: Context, scope: RequestSession): unknown {
  let result: unknown
  try {
    result = next(c)
  } catch (error) {
    return finishFailed(c, scope, error)
  }
  return isPromiseLike(result)
    ? result.then(
        value => finish(c, scope, value),
        error => finishFailed(c, scope, error),
      )
    : finish(c, scope, result)
}

/** Commits the session, then continues with the response. */
export function finish(c: Context, scope: RequestSession, result: unknown): unknown {
  const committing = scope.commit()
  const end = () => {
    scope.close()
    if (scope.isPrivate) keepPrivate(c, result, scope.settings.strict)
    else if (scope.isPersonal) keepPersonal(c, result, scope.session.user !== undefined)
    return result
  }
  return committing ? committing.then(end) : end()
}

/** Error responses carry the session cookie too. Failing to write it must not hide the error. */
function finishFailed(c: Context, scope: RequestSession, error: unknown): unknown {
  const rethrow = () => {
    throw error
  }
  try {
    const finishing = finish(c, scope, undefined)
    return isPromiseLike(finishing) ? finishing.then(rethrow, second => alsoFailed(c, second, rethrow)) : rethrow()
  } catch (second) {
    return second === error ? rethrow() : alsoFailed(c, second, rethrow)
  }
}

function alsoFailed(c: Context, error: unknown, rethrow: () => never): never {
  c.log.error({ err: error }, 'the session of a failed request could not be saved')
  return rethrow()
}
