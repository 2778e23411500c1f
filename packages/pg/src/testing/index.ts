export { startTestCluster, testClusterDsn } from './cluster.ts'
export { createTestDatabase, type TestDatabase, type TestDatabaseOptions } from './template.ts'
