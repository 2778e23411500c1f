import type { HttpOptions } from '@arlen/http'
import type { Config } from './config.ts'

/** The limits and time-outs of the engine, as the configuration has them. */
export function httpOptions(http: Config['http']): Required<Pick<HttpOptions, 'limits' | 'timeouts'>> {
  return {
    limits: {
      requestLine: http.maxRequestLineBytes,
      headers: http.maxHeaderBytes,
      headerFields: http.maxHeaderFields,
      body: http.maxBodyBytes,
      pairs: http.maxPairs,
      jsonValues: http.maxJsonValues,
      jsonDepth: http.maxJsonDepth,
      connections: http.maxConnections,
      inFlight: http.maxRequestsInFlight || Number.POSITIVE_INFINITY,
      requestsPerConnection: http.maxRequestsPerConnection || Number.POSITIVE_INFINITY,
    },
    timeouts: {
      headers: http.headerTimeoutMs,
      body: http.bodyTimeoutMs,
      handler: http.handlerTimeoutMs,
      keepAlive: http.keepAliveTimeoutMs,
      drain: http.drainTimeoutMs,
    },
  }
}

/** Whose word counts for who asks, and where it stands. */
export function believedProxies(
  { trustedProxies, forwardedHeader }: Config['http'],
  development: boolean,
): Required<Pick<HttpOptions, 'trustedProxies' | 'forwardedHeader'>> {
  if (!development) return { trustedProxies, forwardedHeader }
  // The development server comes over a unix socket, and says in X-Forwarded-For who asked.
  const others = forwardedHeader.filter(name => name !== 'forwarded')
  return { trustedProxies: ['unix', ...trustedProxies], forwardedHeader: ['x-forwarded-for', ...others] }
}
