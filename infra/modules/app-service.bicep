// The Node entry on App Service, with the server for devices in the same process. One instance: its cache is its own.
param name string
param location string
param tags object
@allowed(['B1', 'B2', 'P0v3', 'P1v3'])
param size string
param identityId string
param subnetId string
param settings object
@description('The address people use. Empty: the one of Azure.')
param host string
param logsId string

var isBasic = startsWith(size, 'B')

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: '${name}-plan'
  location: location
  tags: tags
  kind: 'linux'
  sku: { name: size, tier: isBasic ? 'Basic' : 'PremiumV3', capacity: 1 }
  properties: { reserved: true, zoneRedundant: false }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: name
  location: location
  tags: tags
  kind: 'app,linux'
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${identityId}': {} } }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: subnetId
    endToEndEncryptionEnabled: false
    siteConfig: {
      linuxFxVersion: 'NODE|22-lts'
      appCommandLine: 'node --enable-source-maps entry/node.js'
      alwaysOn: true
      webSocketsEnabled: true
      http20Enabled: true
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ftpsState: 'Disabled'
      remoteDebuggingEnabled: false
      vnetRouteAllEnabled: true
      healthCheckPath: '/api/healthz'
      numberOfWorkers: 1
    }
  }

  resource values 'config' = {
    name: 'appsettings'
    properties: settings
  }
  resource ftp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }
  resource scm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }
}

resource domain 'Microsoft.Web/sites/hostNameBindings@2024-04-01' = if (!empty(host)) {
  parent: app
  name: empty(host) ? 'none' : host
  properties: { siteName: app.name, hostNameType: 'Verified', customHostNameDnsRecordType: 'CName' }
}

resource sent 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'logs'
  scope: app
  properties: {
    workspaceId: logsId
    logs: [
      { category: 'AppServiceConsoleLogs', enabled: true }
      { category: 'AppServicePlatformLogs', enabled: true }
      { category: 'AppServiceAuditLogs', enabled: true }
    ]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output id string = app.id
