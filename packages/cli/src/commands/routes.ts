import { resolve } from 'node:path'
import { type Command, type Io, textOption, UsageError } from '../command.ts'
import { loadApp } from '../load-app.ts'

export const routesCommand: Command = {
  usage: 'routes',
  description: 'List the routes of the application, or tell why a request goes where it goes',
  options: [
    ['--match <request>', 'Explain a request, such as "GET /products/1"'],
    ['--json', 'As JSON'],
    ['--root <folder>', 'Folder of the application'],
  ],
  examples: ["arlen routes --match 'GET /products/1'"],
  async run(input, io) {
    const match = textOption(input, 'match')
    const app = await loadApp(resolve(io.cwd, textOption(input, 'root') ?? '.'))
    if (match !== undefined) {
      const [method = '', path, ...more] = match.trim().split(/\s+/)
      if (path === undefined || more.length > 0) throw new UsageError('--match takes a method and a path: "GET /x"')
      const { pathname } = new URL(path, 'http://x')
      io.out(String(app.router.explain(method.toUpperCase(), pathname)))
      return
    }
    const routes = app.routes()
    if (input.options.json === true) io.out(JSON.stringify(routes, null, 2))
    else printTable(routes, io)
  },
}

function printTable(routes: readonly { method: string; path: string; name: string | undefined }[], io: Io): void {
  const methods = Math.max(...routes.map(route => route.method.length))
  const paths = Math.max(...routes.map(route => route.path.length))
  for (const { method, path, name } of routes) {
    io.out(`${method.padEnd(methods)}  ${path.padEnd(paths)}  ${name ?? ''}`.trimEnd())
  }
}
