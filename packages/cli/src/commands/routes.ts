import { resolve } from 'node:path'
import { type Command, textOption } from '../command.ts'
import { loadApp } from '../load-app.ts'

export const routesCommand: Command = {
  usage: 'routes',
  description: 'List the routes of the application',
  options: [
    ['--json', 'As JSON'],
    ['--root <folder>', 'Folder of the application'],
  ],
  async run(input, io) {
    const app = await loadApp(resolve(io.cwd, textOption(input, 'root') ?? '.'))
    const routes = app.routes()
    if (input.options.json === true) {
      io.out(JSON.stringify(routes, null, 2))
      return
    }
    const width = (pick: (route: (typeof routes)[number]) => string) =>
      Math.max(...routes.map(route => pick(route).length))
    const methods = width(route => route.method)
    const paths = width(route => route.path)
    for (const route of routes) {
      io.out(`${route.method.padEnd(methods)}  ${route.path.padEnd(paths)}  ${route.name ?? ''}`.trimEnd())
    }
  },
}
