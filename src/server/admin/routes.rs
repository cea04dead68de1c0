//! The routes of the JSON API, by the declarations of their handlers.

use crate::server::context::Services;
use axum::Router;
use axum::routing::MethodRouter;
#[cfg(test)]
use utoipa_axum::router::UtoipaMethodRouter;

/// The operations of one path.
pub(super) struct Route {
    pub(super) path: String,
    pub(super) methods: MethodRouter<Services>,
    /// Whether a read token opens the `GET` operation.
    pub(super) is_readable: bool,
    /// The description. Only the test of `openapi.json` needs it, so the binaries do not have its code.
    #[cfg(test)]
    pub(super) described: UtoipaMethodRouter<Services>,
}

/// Declares that a read token opens the `GET` operation of a route.
pub(super) fn readable(route: Route) -> Route {
    Route { is_readable: true, ..route }
}

/// Adds routes to a router.
pub(super) fn add(router: Router<Services>, routes: Vec<Route>) -> Router<Services> {
    routes.into_iter().fold(router, |router, route| router.route(&route.path, route.methods))
}

/// Makes a [`Route`] of handlers with one path. Their `#[utoipa::path]` names the path and the method.
macro_rules! route {
    ($($module:ident :: $handler:ident),+ $(,)?) => {
        utoipa_axum::paste! {{
            let [path, ..] = [$(<$module::[<__path_ $handler>] as utoipa::Path>::path()),+];
            let mut methods = axum::routing::MethodRouter::new();
            $(
                for method in <$module::[<__path_ $handler>] as utoipa::Path>::methods() {
                    let method = utoipa_axum::PathItemExt::to_method_filter(&method);
                    methods = methods.on(method, $module::$handler);
                }
            )+
            routes::Route {
                path,
                methods,
                is_readable: false,
                #[cfg(test)]
                described: utoipa_axum::routes!($($module::$handler),+),
            }
        }}
    };
}

pub(super) use route;
