// Web PubSub: what reaches connected devices. Devices connect from everywhere with a token of minutes; the app publishes from within.
@minLength(3)
param name string
param location string
param tags object
param hub string
@description('Standard, or Premium, which can have a replica.')
@allowed(['Standard_S1', 'Premium_P1'])
param size string
param units int
@description('Where the replica is. Empty: there is none.')
param replicaLocation string
@description('Where the API is asked, from everywhere.')
param apiUrl string
param vaultName string
param appPrincipalId string
param logsId string

resource service 'Microsoft.SignalRService/webPubSub@2024-03-01' = {
  name: name
  location: location
  tags: tags
  sku: { name: size, tier: startsWith(size, 'Premium') ? 'Premium' : 'Standard', capacity: units }
  properties: {
    disableLocalAuth: true
    disableAadAuth: false
    publicNetworkAccess: 'Enabled'
    // What is not named is allowed, so that private endpoints need no rule of their own, whose name nobody knows before.
    networkACLs: {
      defaultAction: 'Allow'
      publicNetwork: { deny: ['ServerConnection', 'RESTAPI', 'Trace'] }
      privateEndpoints: []
    }
    tls: { clientCertEnabled: false }
    liveTraceConfiguration: { enabled: 'false', categories: [] }
  }
}

resource replica 'Microsoft.SignalRService/webPubSub/replicas@2024-03-01' = if (!empty(replicaLocation)) {
  parent: service
  name: '${name}-2'
  location: empty(replicaLocation) ? location : replicaLocation
  tags: tags
  sku: { name: size, tier: 'Premium', capacity: units }
  properties: { regionEndpointEnabled: 'Enabled', resourceStopped: 'false' }
}

// By the public address: whichever app is live hears of connections.
resource hubs 'Microsoft.SignalRService/webPubSub/hubs@2024-03-01' = {
  parent: service
  name: hub
  properties: {
    anonymousConnectPolicy: 'deny'
    eventHandlers: [
      {
        urlTemplate: '${apiUrl}/api/v1/realtime/events'
        userEventPattern: '*'
        systemEvents: ['connect', 'connected', 'disconnected']
        auth: { type: 'None' }
      }
    ]
  }
}

// Web PubSub Service Owner.
resource owner 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(service.id, appPrincipalId, 'owner')
  scope: service
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      '12cf5a90-567b-43ae-8102-96cf46c7d9b4'
    )
  }
}

// Its events are signed with its keys, which open nothing here: access by key is off. Both, so that either can be renewed.
resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: vaultName
}
resource eventKeys 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = {
  parent: vault
  name: 'web-pubsub-event-keys'
  tags: tags
  properties: {
    contentType: 'text/plain'
    value: '${service.listKeys().primaryKey},${service.listKeys().secondaryKey}'
    attributes: { enabled: true }
  }
}

resource sent 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'logs'
  scope: service
  properties: {
    workspaceId: logsId
    logs: [{ category: 'ConnectivityLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output id string = service.id
output endpoint string = 'https://${name}.webpubsub.azure.com'
