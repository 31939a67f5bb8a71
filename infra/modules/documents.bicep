// Cosmos DB: accounts, courses, conversations. Its containers are what the collections of the app declare.
type Container = {
  @description('own: request units of its own. shared: those of the database, for at most 25 containers.')
  throughput: 'own' | 'shared'
  @description('What lives in it, for who reads it.')
  collections: string[]
  @description('As Cosmos DB takes it: id, partitionKey, indexingPolicy and, where documents expire, defaultTtl.')
  resource: object
}

param name string
param tags object
param databaseName string
@description('The region that writes first, then those that follow when it fails. With three, Strong goes on when one is lost.')
param locations string[]
@description('Pay for each request. One region, and no way back to provisioned throughput without a new account.')
param isServerless bool
@description('Request units a second at most, of the database and of each container with its own.')
param maxThroughput int
@description('True: reached by private endpoints alone. False: by the subnet of the app.')
param isPrivate bool
param subnetIds string[]
param appPrincipalId string
param operatorId string
param logsId string

var containers Container[] = loadJsonContent('../cosmos-containers.json').containers
var autoscale = { autoscaleSettings: { maxThroughput: maxThroughput } }

resource account 'Microsoft.DocumentDB/databaseAccounts@2024-11-15' = {
  name: name
  location: locations[0]
  tags: tags
  kind: 'GlobalDocumentDB'
  properties: {
    databaseAccountOfferType: 'Standard'
    // With less a process may for a moment not see what another wrote.
    consistencyPolicy: { defaultConsistencyLevel: 'Strong' }
    enableMultipleWriteLocations: false
    enableAutomaticFailover: length(locations) > 1
    locations: [
      for (location, at) in locations: {
        locationName: location
        failoverPriority: at
        isZoneRedundant: !isServerless && at == 0
      }
    ]
    capabilities: isServerless ? [{ name: 'EnableServerless' }] : []
    disableLocalAuth: true
    disableKeyBasedMetadataWriteAccess: true
    minimalTlsVersion: 'Tls12'
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    isVirtualNetworkFilterEnabled: !isPrivate
    virtualNetworkRules: [for id in subnetIds: { id: id, ignoreMissingVNetServiceEndpoint: false }]
    ipRules: []
    networkAclBypass: 'None'
    backupPolicy: { type: 'Continuous', continuousModeProperties: { tier: 'Continuous30Days' } }
  }
}

resource database 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases@2024-11-15' = {
  parent: account
  name: databaseName
  properties: {
    resource: { id: databaseName }
    options: isServerless ? {} : autoscale
  }
}

// A few at a time: the control plane refuses many at once.
@batchSize(4)
resource container 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers@2024-11-15' = [
  for each in containers: {
    parent: database
    name: each.resource.id
    properties: {
      resource: any(each.resource)
      options: !isServerless && each.throughput == 'own' ? autoscale : {}
    }
  }
]

// Built-in Data Contributor: reads and writes documents, makes no containers. For the app, and for who runs its commands.
resource contributor 'Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments@2024-11-15' = [
  for principal in [appPrincipalId, operatorId]: {
    parent: account
    name: guid(account.id, principal, 'contributor')
    properties: {
      principalId: principal
      roleDefinitionId: '${account.id}/sqlRoleDefinitions/00000000-0000-0000-0000-000000000002'
      scope: account.id
    }
  }
]

resource sent 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'logs'
  scope: account
  properties: {
    workspaceId: logsId
    logAnalyticsDestinationType: 'Dedicated'
    logs: [
      { category: 'ControlPlaneRequests', enabled: true }
      { category: 'PartitionKeyRUConsumption', enabled: !isServerless }
    ]
    metrics: [{ category: 'Requests', enabled: true }]
  }
}

output id string = account.id
output endpoint string = 'https://${name}.documents.azure.com'
