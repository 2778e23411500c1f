import { defineErrors, type ErrorFactory } from '@arlen/core'

const table = {
  app_missing: {
    message: '{root} has no app.ts or app.js. Run this in the folder of an application, or give --root.',
  },
  app_not_exported: { message: '{file} does not export an application: end it with "export default app".' },
  deploy_config_missing: {
    message: '{root} has no config/deploy.ts. Write one with defineDeploy() of @arlen/release.',
  },
  database_missing: {
    message: 'no database is configured. Give --dsn, or set DATABASE_URL or db.url in config/.',
  },
}

/** Every error that @arlen/cli itself throws. Each message is one line. */
export const cliError: ErrorFactory<keyof typeof table> = defineErrors(table)
