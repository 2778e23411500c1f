/** Where an application says that its process answers. */
export const LIVENESS_PATHS: readonly string[] = ['/healthz', '/livez']

/** Where it says whether it should be sent requests. */
export const READINESS_PATH = '/readyz'

/** Paths under which an Arlen application answers for its health. */
export const HEALTH_PATHS: readonly string[] = [...LIVENESS_PATHS, READINESS_PATH]

/** Whether a path (without a query) is one of these, or lies below one. */
export function isHealthPath(path: string, healthPaths: readonly string[] = HEALTH_PATHS): boolean {
  return healthPaths.some(each => path === each || path.startsWith(`${each}/`))
}
