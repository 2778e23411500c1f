import { defineErrors, type ErrorFactory } from '@arlen/core'

const table = {
  root_missing: { message: 'there is no folder {root}.', remedy: 'Give the folder of an application with --root.' },
  manifest_invalid: {
    message: '{file} is not valid JSON: {reason}.',
    remedy: 'Mend it; npm and pnpm cannot read it either.',
  },
  dump_failed: { message: 'pg_dump could not dump {name}: it ended with {code}.', remedy: 'Its own message says why.' },
  app_missing: {
    message: '{root} has no app.ts or app.js.',
    remedy: 'Run this in the folder of an application, or give --root.',
  },
  app_not_exported: { message: '{file} does not export an application: end it with "export default app".' },
  app_commonjs: {
    message: 'Node.js reads the application as CommonJS, but Arlen and its applications are ES modules.',
    remedy: 'Add "type": "module" to the package.json in {root}.',
  },
  deploy_config_missing: {
    message: '{root} has no config/deploy.ts.',
    remedy: 'Write one with defineDeploy() of @arlen/release.',
  },
  deploy_config_invalid: {
    message: '{file} cannot be read: {reason}.',
    remedy: 'It must end with export default defineDeploy({ … }) of @arlen/release.',
  },
  files_exist: {
    message: 'nothing was written, because these files exist: {files}.',
    remedy: 'Move them away, or overwrite them with --force.',
  },
  table_exists: {
    message: '{file} already creates the table {table}.',
    remedy: 'Choose another name for the resource.',
  },
  name_invalid: { message: '{name} is not a valid name: it {problem}.' },
  perf_baseline_missing: {
    message:
      'there is nothing to compare with called {name}: neither a release (there are {list}), nor its folder, nor a commit.',
  },
  pages_missing: {
    message: 'an application with apiOnly in its configuration has no pages.',
    remedy: 'Generate a resource or a controller.',
  },
  dsn_invalid: {
    message: 'the connection string must name a database, as in postgres://user@host/name or host=… dbname=name.',
  },
  production_refused: {
    message: 'refusing to {action} {name}: {reason}.',
    remedy: 'To do it anyway, pass --allow-production.',
  },
  seeds_missing: { message: 'there are no seeds.', remedy: 'Create one of {files}.' },
  seeds_invalid: { message: '{file} must export a function of the database: export default async db => { … }' },
  database_missing: {
    message: 'no database is configured.',
    remedy: 'Give --dsn, or set DATABASE_URL or db.url in config/.',
  },
}

/** Every error that @arlen/cli itself throws. Each message is one line. */
export const cliError: ErrorFactory<keyof typeof table> = defineErrors(table)
