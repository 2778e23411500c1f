import type { AppFacts } from '../app-facts.ts'
import type { Plan } from '../plan.ts'
import { renderTemplate } from '../render.ts'

/** The image of a release: the files that create-arlen adds to a new application. */
export async function planDockerfile(app: AppFacts): Promise<Plan> {
  return picked(
    app,
    ['Dockerfile', '.dockerignore'],
    [`Build it with: docker build -t ${labelOf(app)} .`],
    labelOf(app),
  )
}

/** The image with a PostgreSQL: what create-arlen gives a new application. */
export async function planCompose(app: AppFacts): Promise<Plan> {
  const notes = app.hasDatabase
    ? []
    : ['There are no migrations here: remove the service migrate, and what waits for it.']
  return picked(app, ['compose.yaml'], [...notes, 'Start it with: docker compose up --build'], labelOf(app))
}

/** A systemd unit: the files that create-arlen adds to a new application. */
export async function planSystemd(app: AppFacts): Promise<Plan> {
  return picked(app, [`deploy/${app.name}.service`], ['Its first line says where it goes.'])
}

/**
 * A Deployment, a Service and a budget for the image of `generate dockerfile`, and a Job that migrates before them. The Job has a file
 * of its own, because it must be done before the rest is applied.
 */
export async function planKubernetes(app: AppFacts): Promise<Plan> {
  const locals = { app: { ...app, name: labelOf(app) } }
  const files = new Map([['deploy/kubernetes.yaml', await renderTemplate('kubernetes.yaml', locals)]])
  if (app.hasDatabase) {
    files.set('deploy/kubernetes-migrate.yaml', await renderTemplate('kubernetes-migrate.yaml', locals))
  }
  return { files, changes: [], notes: ['Their comments say what to fill in, and how to apply them.'] }
}

/** A name that images and resources of Kubernetes may have: a label of RFC 1123, with room for an ending. */
function labelOf({ name }: AppFacts): string {
  const label = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 50)
  return label.replace(/^-|-$/g, '') || 'app'
}

async function picked(app: AppFacts, paths: readonly string[], notes: string[], name = app.name): Promise<Plan> {
  const { templateFiles } = await import('create-arlen')
  const all = templateFiles(app.hasDatabase ? (app.apiOnly ? 'api' : 'full') : 'full', name, app.packageManager)
  return { files: new Map(paths.map(path => [path, all.get(path)!])), changes: [], notes }
}
