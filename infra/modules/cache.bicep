// Azure Managed Redis, of one region: limits, lockouts, tokens that were logged out. The app signs in as itself.
param name string
param location string
param tags object
@allowed(['Balanced_B0', 'Balanced_B1', 'Balanced_B3', 'Balanced_B5'])
param size string
@description('Twice the price. Without it maintenance empties the cache: counters begin again, nobody is signed out.')
param isHighlyAvailable bool
param appPrincipalId string
param logsId string

resource cluster 'Microsoft.Cache/redisEnterprise@2025-07-01' = {
  name: name
  location: location
  tags: tags
  sku: { name: size }
  properties: {
    minimumTlsVersion: '1.2'
    highAvailability: isHighlyAvailable ? 'Enabled' : 'Disabled'
    publicNetworkAccess: 'Disabled'
  }
}

resource database 'Microsoft.Cache/redisEnterprise/databases@2025-07-01' = {
  parent: cluster
  name: 'default'
  properties: {
    clientProtocol: 'Encrypted'
    port: 10000
    // One endpoint: the client of the app follows no redirections.
    clusteringPolicy: 'EnterpriseCluster'
    // What was counted is not forgotten to make room: writing fails first, and the app says so.
    evictionPolicy: 'NoEviction'
    accessKeysAuthentication: 'Disabled'
    persistence: { rdbEnabled: true, rdbFrequency: '1h', aofEnabled: false }
  }
}

resource access 'Microsoft.Cache/redisEnterprise/databases/accessPolicyAssignments@2025-07-01' = {
  parent: database
  name: 'app'
  properties: { accessPolicyName: 'default', user: { objectId: appPrincipalId } }
}

resource sent 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'logs'
  scope: cluster
  properties: { workspaceId: logsId, metrics: [{ category: 'AllMetrics', enabled: true }] }
}

output id string = cluster.id
output url string = 'rediss://${name}.${location}.redis.azure.net:10000'
