// What Front Door does with a request: the fence before it, the one rule by which something is kept, the way to the app that is live.
@description('An app: where it is, which of its pair it is, and whether its region is the first.')
type Origin = {
  name: string
  host: string
  color: 'blue' | 'green'
  isFirst: bool
}

param profileName string
param name string
param tags object
param hasManagedRules bool
param origins Origin[]
@allowed(['blue', 'green'])
param liveColor string
@description('The address people use. Empty: the one of Azure.')
param host string
@description('Requests of one address to everything below /api/v1/auth in five minutes, as a coarse fence. The app has the exact one.')
param signInsPerFiveMinutes int = 1000
param requestsPerFiveMinutes int = 6000
@description('The paths of answers that are the same for everybody: the expression of docs/edge.md.')
param sharedPaths string

resource profile 'Microsoft.Cdn/profiles@2024-09-01' existing = {
  name: profileName
}

resource endpoint 'Microsoft.Cdn/profiles/afdEndpoints@2024-09-01' existing = [
  for each in ['live', 'next']: {
    parent: profile
    name: '${name}-${each}'
  }
]

// One for each half of the pairs. Which of them is live is for the routes to say, and for infra/hooks/swap.sh to change.
resource group 'Microsoft.Cdn/profiles/originGroups@2024-09-01' = [
  for color in ['blue', 'green']: {
    parent: profile
    name: color
    properties: {
      sessionAffinityState: 'Disabled'
      // Asked from many places: it has to cost the app nothing.
      healthProbeSettings: {
        probePath: '/api/healthz'
        probeRequestType: 'HEAD'
        probeProtocol: 'Https'
        probeIntervalInSeconds: 60
      }
      loadBalancingSettings: { sampleSize: 4, successfulSamplesRequired: 3, additionalLatencyInMilliseconds: 0 }
      trafficRestorationTimeToHealedOrNewEndpointsInMinutes: 5
    }
  }
]

resource origin 'Microsoft.Cdn/profiles/originGroups/origins@2024-09-01' = [
  for each in origins: {
    parent: group[each.color == 'blue' ? 0 : 1]
    name: each.name
    properties: {
      hostName: each.host
      originHostHeader: each.host
      httpPort: 80
      httpsPort: 443
      priority: each.isFirst ? 1 : 2
      weight: 1000
      enabledState: 'Enabled'
      enforceCertificateNameCheck: true
    }
  }
]

resource rules 'Microsoft.Cdn/profiles/ruleSets@2024-09-01' = {
  parent: profile
  name: 'shared'
}

// A route that caches takes the cookies out of every answer. So the route does not, and this does, for these paths alone, and
// for nobody who said who they are.
resource kept 'Microsoft.Cdn/profiles/ruleSets/rules@2024-09-01' = {
  parent: rules
  name: 'keep'
  properties: {
    order: 1
    matchProcessingBehavior: 'Stop'
    conditions: [
      {
        name: 'UrlPath'
        parameters: {
          typeName: 'DeliveryRuleUrlPathMatchConditionParameters'
          operator: 'RegEx'
          negateCondition: false
          matchValues: [sharedPaths]
          transforms: []
        }
      }
      {
        name: 'RequestHeader'
        parameters: {
          typeName: 'DeliveryRuleRequestHeaderConditionParameters'
          selector: 'Cookie'
          operator: 'Any'
          negateCondition: true
          matchValues: []
          transforms: []
        }
      }
      {
        name: 'RequestHeader'
        parameters: {
          typeName: 'DeliveryRuleRequestHeaderConditionParameters'
          selector: 'Authorization'
          operator: 'Any'
          negateCondition: true
          matchValues: []
          transforms: []
        }
      }
      {
        name: 'RequestHeader'
        parameters: {
          typeName: 'DeliveryRuleRequestHeaderConditionParameters'
          selector: 'X-Authorization'
          operator: 'Any'
          negateCondition: true
          matchValues: []
          transforms: []
        }
      }
    ]
    actions: [
      {
        name: 'RouteConfigurationOverride'
        parameters: {
          typeName: 'DeliveryRuleRouteConfigurationOverrideActionParameters'
          cacheConfiguration: {
            cacheBehavior: 'HonorOrigin'
            queryStringCachingBehavior: 'UseQueryString'
            isCompressionEnabled: 'Enabled'
          }
        }
      }
    ]
  }
}

resource domain 'Microsoft.Cdn/profiles/customDomains@2024-09-01' = if (!empty(host)) {
  parent: profile
  name: empty(host) ? 'none' : replace(host, '.', '-')
  properties: {
    hostName: host
    tlsSettings: { certificateType: 'ManagedCertificate', minimumTlsVersion: 'TLS12' }
  }
}

resource route 'Microsoft.Cdn/profiles/afdEndpoints/routes@2024-09-01' = [
  for (each, at) in ['live', 'next']: {
    parent: endpoint[at]
    name: 'everything'
    properties: {
      originGroup: { id: group[(liveColor == 'blue') == (at == 0) ? 0 : 1].id }
      ruleSets: [{ id: rules.id }]
      customDomains: at == 0 && !empty(host) ? [{ id: domain.id }] : []
      supportedProtocols: ['Http', 'Https']
      httpsRedirect: 'Enabled'
      forwardingProtocol: 'HttpsOnly'
      patternsToMatch: ['/*']
      linkToDefaultDomain: 'Enabled'
      enabledState: 'Enabled'
    }
    dependsOn: [origin, kept]
  }
]

resource firewall 'Microsoft.Network/frontDoorWebApplicationFirewallPolicies@2024-02-01' = {
  name: '${replace(name, '-', '')}fence'
  location: 'global'
  tags: tags
  sku: { name: hasManagedRules ? 'Premium_AzureFrontDoor' : 'Standard_AzureFrontDoor' }
  properties: {
    policySettings: {
      enabledState: 'Enabled'
      mode: 'Prevention'
      requestBodyCheck: 'Enabled'
      customBlockResponseStatusCode: 429
      customBlockResponseBody: base64('{"error":{"code":"rate_limited","message":"Too many requests. Try again in five minutes."}}')
      logScrubbing: {
        state: 'Enabled'
        scrubbingRules: [
          { matchVariable: 'RequestIPAddress', selectorMatchOperator: 'EqualsAny', state: 'Enabled' }
          { matchVariable: 'RequestUri', selectorMatchOperator: 'EqualsAny', state: 'Enabled' }
        ]
      }
    }
    customRules: {
      rules: [
        {
          name: 'signIns'
          priority: 100
          enabledState: 'Enabled'
          ruleType: 'RateLimitRule'
          rateLimitDurationInMinutes: 5
          rateLimitThreshold: signInsPerFiveMinutes
          // Who connects. The other variable for an address believes what callers write into X-Forwarded-For.
          groupBy: [{ variableName: 'SocketAddr' }]
          matchConditions: [
            {
              matchVariable: 'RequestUri'
              operator: 'Contains'
              matchValue: ['/api/v1/auth/']
              transforms: ['Lowercase', 'UrlDecode']
            }
          ]
          action: 'Block'
        }
        {
          name: 'everything'
          priority: 200
          enabledState: 'Enabled'
          ruleType: 'RateLimitRule'
          rateLimitDurationInMinutes: 5
          rateLimitThreshold: requestsPerFiveMinutes
          groupBy: [{ variableName: 'SocketAddr' }]
          matchConditions: [{ matchVariable: 'SocketAddr', operator: 'IPMatch', matchValue: ['0.0.0.0/0', '::/0'] }]
          action: 'Block'
        }
      ]
    }
    managedRules: {
      managedRuleSets: hasManagedRules
        ? [
            { ruleSetType: 'Microsoft_DefaultRuleSet', ruleSetVersion: '2.1', ruleSetAction: 'Block' }
            { ruleSetType: 'Microsoft_BotManagerRuleSet', ruleSetVersion: '1.1' }
          ]
        : []
    }
  }
}

resource fenced 'Microsoft.Cdn/profiles/securityPolicies@2024-09-01' = {
  parent: profile
  name: 'fence'
  properties: {
    parameters: {
      type: 'WebApplicationFirewall'
      wafPolicy: { id: firewall.id }
      associations: [
        {
          domains: concat([{ id: endpoint[0].id }, { id: endpoint[1].id }], empty(host) ? [] : [{ id: domain.id }])
          patternsToMatch: ['/*']
        }
      ]
    }
  }
}
