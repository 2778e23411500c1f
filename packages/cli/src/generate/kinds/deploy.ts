import type { AppFacts } from '../app-facts.ts'
import type { Plan } from '../plan.ts'
import { renderTemplate } from '../render.ts'

/** A container image: the files that create-arlen adds to a new application. */
export async function planDockerfile(app: AppFacts): Promise<Plan> {
  return picked(app, ['Dockerfile', '.dockerignore'], ['Build it with: docker build .'])
}

/** A systemd unit: the files that create-arlen adds to a new application. */
export async function planSystemd(app: AppFacts): Promise<Plan> {
  return picked(app, [`deploy/${app.name}.service`], ['Its first line says where it goes.'])
}

/** A Deployment and a Service for the image of `generate dockerfile`, with probes, a budget and migrations before the start. */
export async function planKubernetes(app: AppFacts): Promise<Plan> {
  const files = new Map([['deploy/kubernetes.yaml', await renderTemplate('kubernetes.yaml', { app })]])
  return {
    files,
    changes: [],
    notes: ['Its comments say what to fill in. Apply it with: kubectl apply -f deploy/kubernetes.yaml'],
  }
}

async function picked(app: AppFacts, paths: readonly string[], notes: string[]): Promise<Plan> {
  const { templateFiles } = await import('create-arlen')
  const all = templateFiles(app.hasDatabase ? (app.apiOnly ? 'api' : 'full') : 'full', app.name, app.packageManager)
  return { files: new Map(paths.map(path => [path, all.get(path)!])), changes: [], notes }
}
