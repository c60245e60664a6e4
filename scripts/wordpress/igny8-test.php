<?php
/**
 * Plugin Name: What a test site does differently
 */

// No mail leaves a test.
add_filter( 'pre_wp_mail', '__return_true' );

// Asks for the user before the REST server does, like many plugins.
if ( getenv( 'WP_EARLY_AUTH' ) === '1' ) {
	add_action( 'init', 'wp_get_current_user' );
}

// The fields of the usual SEO plugins, registered the way those plugins do it.
if ( getenv( 'WP_REGISTER_META' ) === '1' ) {
	add_action(
		'init',
		function () {
			$keys = array( '_yoast_wpseo_title', '_yoast_wpseo_metadesc', '_yoast_wpseo_focuskw', 'rank_math_title', 'rank_math_description', 'rank_math_focus_keyword' );
			foreach ( array( 'post', 'page' ) as $type ) {
				foreach ( $keys as $key ) {
					register_post_meta(
						$type,
						$key,
						array(
							'type'          => 'string',
							'single'        => true,
							'show_in_rest'  => true,
							'auth_callback' => function ( $allowed, $meta_key, $post_id ) {
								return current_user_can( 'edit_post', $post_id );
							},
						)
					);
				}
			}
		}
	);
}
