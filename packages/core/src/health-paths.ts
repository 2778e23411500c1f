/** The paths where an application says that its process responds. */
export const LIVENESS_PATHS: readonly string[] = ['/healthz', '/livez']

/** The path where it says whether it should receive requests. */
export const READINESS_PATH = '/readyz'

/** The paths of an Arlen application's health checks. */
export const HEALTH_PATHS: readonly string[] = [...LIVENESS_PATHS, READINESS_PATH]

/** Whether a path (without a query) is one of these, or lies below one. */
export function isHealthPath(path: string, healthPaths: readonly string[] = HEALTH_PATHS): boolean {
  return healthPaths.some(each => path === each || path.startsWith(`${each}/`))
}
