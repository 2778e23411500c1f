export { startTestCluster, testClusterDsn } from './cluster.ts'
export { beginRollback, type Rollback, truncateAll } from './rollback.ts'
export { createTestDatabase, type TestDatabase, type TestDatabaseOptions } from './template.ts'
export { dropWorkerDatabases, type WorkerDatabase, workerDatabase } from './worker.ts'
